"""Model fields whose values are encrypted in the database."""

from typing import Any

from django.db import models

from .encryption import decrypt_text, encrypt_text


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic only to the type checker
    """Text that only the application can read; it cannot be searched or ordered by."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """The clear text of the stored cipher text."""
        return decrypt_text(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """The cipher text to store."""
        return encrypt_text(str(value)) if value else value
