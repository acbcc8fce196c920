"""What this room keeps of its own."""

from typing import ClassVar

from django.db import models

from .fields import EncryptedTextField


class KeyProof(models.Model):
    """One row that says nothing, encrypted: who cannot read it has another key than the rest of the database."""

    ONLY = 1
    TEXT = "the keys of this database"

    proof = EncryptedTextField()

    class Meta:
        default_permissions: ClassVar = ()
