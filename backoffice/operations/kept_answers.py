"""Answers of the provider that could not be applied at once, as text that can be read again."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from backoffice import provider
from backoffice.cryptopocket.objects import Item
from backoffice.operations.kinds import OperationKind

_encoder = msgspec.json.Encoder(decimal_format="number")


class _KeptItem(msgspec.Struct, tag="item"):
    payload: dict[str, Any]
    read_at: datetime


class _KeptData(msgspec.Struct, tag="data"):
    data: Any


_decoder: msgspec.json.Decoder[_KeptItem | _KeptData] = msgspec.json.Decoder(_KeptItem | _KeptData, float_hook=Decimal)


def dump_answer(answer: Any) -> str:
    """An answer of `OperationKind.send` as JSON text: an `Item`, or plain data. It can hold secrets: encrypt it.

    Raises TypeError for what JSON cannot hold.
    """
    kept = _KeptItem(payload=answer.payload, read_at=answer.read_at) if isinstance(answer, Item) else _KeptData(answer)
    return _encoder.encode(kept).decode()


def load_answer(kind: OperationKind, text: str) -> Any:
    """The answer that `dump_answer` was given; every number with a point is a Decimal."""
    kept = _decoder.decode(text)
    if isinstance(kept, _KeptData):
        return kept.data
    parser = type(kind).answer_parser
    return Item(
        payload=kept.payload,
        read_at=kept.read_at,
        parser=partial(parser, catalogue=provider.get_catalogue()) if parser else _not_parsed,
    )


def _not_parsed(payload: Any) -> Any:
    return payload
