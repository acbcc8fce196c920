"""Which rows a full run has seen: one bit a primary key, so that memory stays flat."""

import zlib


class SeenRows:
    """A set of primary keys, 125 kB a million of them, and nearly nothing when stored."""

    def __init__(self, stored: bytes = b"") -> None:
        """Begin empty, or with what `store` gave."""
        self._bits = bytearray(zlib.decompress(stored)) if stored else bytearray()

    def __contains__(self, primary_key: object) -> bool:
        """Whether the row was seen."""
        if not isinstance(primary_key, int):
            return False
        place = primary_key >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (primary_key & 7) & 1)

    def __len__(self) -> int:
        """How many rows were seen."""
        return int.from_bytes(self._bits, "little").bit_count()

    def add_all(self, primary_keys: list[int]) -> None:
        """Note that these rows were seen."""
        if not primary_keys:
            return
        bits = self._bits
        bits.extend(bytes(max(0, (max(primary_keys) >> 3) + 1 - len(bits))))
        for primary_key in primary_keys:
            bits[primary_key >> 3] |= 1 << (primary_key & 7)

    def store(self) -> bytes:
        """The set as compressed bytes."""
        return zlib.compress(self._bits, 1) if self._bits else b""
