"""Model fields whose values are encrypted in the database."""

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact

from .encryption import UndecryptableError, blind_index, blind_indexes, decrypt_text, encrypt_text
from .masking import Kind

_SERIALIZED = "encrypted:"


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic only to the type checker
    """Text that only the application can read; it cannot be searched or ordered by.

    kind: how much of a value the history of a row may show; nothing by default.
    The same text is another cipher text each time: the only look-ups are `isnull` and "is empty". What `dumpdata`
    writes is the cipher text, and `loaddata` reads it with the same keys.
    """

    def __init__(self, *args: Any, kind: Kind = Kind.SECRET, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """The clear text of the stored cipher text."""
        return decrypt_text(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """The cipher text to store."""
        return encrypt_text(str(value)) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """The look-ups that mean something; the others raise FieldError when they are used."""
        lookups = {"exact": _IsEmpty, "isnull": super().get_lookup("isnull")}
        return lookups.get(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """What a dump of the rows gets: the cipher text."""
        value = self.get_prep_value(self.value_from_object(obj))
        return f"{_SERIALIZED}{value}" if value else ""

    def to_python(self, value: Any) -> Any:
        """The clear text of what a dump holds; anything else is taken as it is."""
        if isinstance(value, str) and value.startswith(_SERIALIZED):
            try:
                return self.from_db_value(value.removeprefix(_SERIALIZED))
            except UndecryptableError:
                return value
        return value


class EncryptedJSONField(EncryptedTextField):
    """JSON that only the application can read: no part of it can be looked up in the database."""

    # What the type checker takes the values for: any JSON, not text.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """The data of the stored cipher text."""
        return json.loads(decrypt_text(value)) if value else None

    def get_prep_value(self, value: Any) -> Any:
        """The cipher text to store. Raises TypeError for what JSON cannot hold."""
        return None if value is None else encrypt_text(json.dumps(value))


class BlindIndexField(models.CharField):  # type: ignore[type-arg]  # generic only to the type checker
    """The keyed digest of an encrypted column beside it, by which its exact value is found.

    of: the name of the encrypted field. normal_form: brings a value into the one form in which it is compared.
    It is filled in when the row is saved, and by the engine of the mirror; nothing else should write it.
    """

    def __init__(self, *args: Any, of: str = "", normal_form: Callable[[str], str] = str, **kwargs: Any) -> None:
        self.of = of
        self.normal_form = normal_form
        kwargs.update(max_length=64, blank=True, default="", db_index=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """How a migration makes it: it needs only the column."""
        name, path, args, kwargs = super().deconstruct()
        for implied in ("max_length", "blank", "default", "db_index", "editable"):
            kwargs.pop(implied, None)
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The digest of the row's value, which the row has from now on."""
        digest = self.digest_of(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, digest)
        return digest

    def digest_of(self, value: str) -> str:
        """The digest to store for a value."""
        return blind_index(self.normal_form(value), purpose=self._purpose)

    def digests_of(self, value: str) -> list[str]:
        """The digests to look a value up by, one a key: `filter(number_digest__in=…)`; none for an empty value."""
        return blind_indexes(self.normal_form(value), purpose=self._purpose)

    @property
    def _purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.of}"  # noqa: SLF001 - Django's documented way to ask


class _IsEmpty(Exact):
    """Compares with nothing but the empty text: any other would silently never be found."""

    def get_prep_lookup(self) -> Any:
        """The empty text. Raises FieldError for any other."""
        if self.rhs:
            raise FieldError("The values of an encrypted field cannot be compared: look its blind index up instead.")
        return self.rhs
