"""Reading stored files back: the one place where their clear content comes into being."""

import hashlib

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from .encryption import UndecryptableError


class StoredFileError(Exception):
    """A stored file cannot be had: gone, altered, or encrypted with a key that is missing. Its text is a sentence."""


def read_stored(name: str, *, sha256: str) -> bytes:
    """The clear content of a stored file, in memory as a whole: files are measured before they are stored.

    sha256: of the clear content, in lower-case hex. Raises StoredFileError.
    """
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise StoredFileError(_("The file is no longer in our storage.")) from None
    except UndecryptableError:
        problem = _("The file in our storage cannot be opened: its key is missing from the configuration.")
        raise StoredFileError(problem) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoredFileError(_("The file in our storage is not the one that was uploaded."))
    return content
