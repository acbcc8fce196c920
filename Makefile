# The commands of the project. `make demo` and `make test` need Python 3.11+, make and a package index, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check bench pictures format requirements

$(VENV): requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(VENV)

demo: $(VENV)
	@$(BIN)/python -m backoffice.demo $(DEMO)

test: $(VENV)
	$(BIN)/python -m pytest $(TEST)

check: $(VENV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	CRYPTOPOCKET_ENVIRONMENT=production CRYPTOPOCKET_BASE_URL=https://provider.invalid/api \
	CRYPTOPOCKET_API_KEY=check CRYPTOPOCKET_API_SECRET=check ALLOWED_HOSTS=backoffice.invalid \
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(60))") \
	FIELD_ENCRYPTION_KEYS=$$($(BIN)/python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())") \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)
	$(BIN)/python -m benchmarks $(BENCH)

pictures: $(VENV)
	mkdir -p docs/pictures
	PICTURES=docs/pictures $(BIN)/python -m pytest tests/demo/test_four_acts.py

format: $(VENV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

requirements: $(VENV)
	cd requirements && for set in base dev; do \
	../$(BIN)/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --strip-extras --allow-unsafe --no-header --output-file $$set.txt $$set.in; done
