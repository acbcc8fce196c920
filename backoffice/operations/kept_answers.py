"""Answers of the provider that could not be applied at once, as text that can be read again."""

from decimal import Decimal
from typing import Any

import msgspec

from backoffice.operations.kinds import OperationKind

_encoder = msgspec.json.Encoder(decimal_format="number")


def dump_answer(answer: Any) -> str:
    """An answer of `OperationKind.send` as JSON text. It can hold secrets: encrypt it.

    Raises TypeError for what JSON cannot hold.
    """
    return _encoder.encode(answer).decode()


def load_answer(kind: OperationKind, text: str) -> Any:
    """The answer that `dump_answer` was given, as the kind's `answer_type`; untyped numbers with a point are Decimal.

    Raises msgspec.ValidationError when the type has changed so much that it cannot be read.
    """
    return msgspec.json.Decoder(kind.answer_type, float_hook=Decimal).decode(text)
