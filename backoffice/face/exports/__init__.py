"""Lists as files, CSV or XLSX: the same rows as the list shows, in any number, without ever holding them all."""

from .columns import ExportColumn

__all__ = ["ExportColumn"]
