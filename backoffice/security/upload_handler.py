"""How files of a request are received: in memory and never on disk, where they would stand in clear."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler

from .uploads import size_limit_bytes

FILES_AT_ONCE = 6


class BoundedMemoryUploadHandler(MemoryFileUploadHandler):
    """Keeps of each file one byte more than may be taken, and of a request six files' worth; drops the rest.

    So a file that is too large still arrives as one that is too large. Nothing is kept for who has not signed in.
    """

    def handle_raw_input(self, *_args: Any, **_kwargs: Any) -> None:
        """Count the whole request."""
        person = getattr(self.request, "user", None)
        self._left = FILES_AT_ONCE * size_limit_bytes() if person is not None and person.is_authenticated else 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; no other handler sees it."""
        self.activated = True
        self._room = size_limit_bytes() + 1
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what there is room for."""
        kept = raw_data[: max(0, min(self._room, self._left))]
        self._room -= len(kept)
        self._left -= len(kept)
        self.file.write(kept)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        """The file, with the size of what was kept."""
        return super().file_complete(self.file.tell())
