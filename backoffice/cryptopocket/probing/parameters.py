"""Which parameter names a call heeds: another value under a name that counts changes the answer."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from backoffice.cryptopocket.probing.alternatives import PARAMETERS
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import names_of_validation
from backoffice.cryptopocket.probing.naming import find_name
from backoffice.cryptopocket.probing.pathfinding import FoundCall
from backoffice.cryptopocket.probing.session import Session

Signature = Callable[[Reply], Any]
"""What of an answer is compared; None for a refusal."""

_OTHER_VALUES = {
    "email": "nobody.at.all@example.org",
    "user_id": "987654321987",
    "payment_id": "zzzzzzzzzzzzzzzzzzzzzzzz9",
    "off_ramp_id": "zzzzzzzzzzzzzzzzzzzzzzzz9",
    "external_id": "no-such-reference-0000",
    "status": "no_such_status",
    "symbol": "ZZQX",
    "chain": "nochain",
    "blockchain": "nochain",
    "payment_type": "no_such_method",
    "fiat_symbol": "ZZZ",
    "country_code": "ESP",
    "amount": "7777",
}
"""Values that nothing of the provider's has, so that heeding them shows."""


def find_parameters(
    session: Session,
    name: str,
    call: FoundCall,
    arguments: Mapping[str, Any],
    *,
    signature: Signature,
    optional: Sequence[str] = (),
) -> None:
    """Find the names under which the arguments are heeded, and those of optional filters; change and note."""
    base = {**arguments}
    sent = {**call.extra} or {call.endpoint.request.get(field, field): str(value) for field, value in base.items()}
    for field in (*arguments, *optional):
        if field not in call.endpoint.path_fields:
            _find_one(session, name, call, field, sent=sent, base=base, signature=signature)


def _find_one(
    session: Session,
    name: str,
    call: FoundCall,
    field: str,
    *,
    sent: dict[str, str],
    base: Mapping[str, Any],
    signature: Signature,
) -> None:
    in_path = {key: base[key] for key in call.endpoint.path_fields}
    before = signature(call.reply)
    named: list[str] = []

    def works(names: Sequence[str]) -> bool:
        parameters = {**sent, **dict.fromkeys(names, _OTHER_VALUES[field])}
        reply = session.ask(call.endpoint, in_path, extra=parameters)
        named.extend(set(names_of_validation(reply)) & set(names))
        return is_other(signature(reply), before)

    assumed = session.notebook.assumed[name].request.get(field, field)
    found = find_name(assumed, _free_names(field, sent, base), works)
    note_parameter(session, name, field, found=named[0] if named and found is None else found)


def _free_names(field: str, sent: Mapping[str, str], base: Mapping[str, Any]) -> list[str]:
    """Return the likely names of a field but those that carry another argument."""
    value = str(base[field]) if field in base else None
    return [name for name in PARAMETERS.get(field, (field,)) if sent.get(name, value) == value]


def note_parameter(session: Session, name: str, field: str, *, found: str | None) -> None:
    """Note the name of a parameter and believe it."""
    notebook = session.notebook
    assumed = notebook.assumed[name].request.get(field, field)
    if found is None:
        reason = "no name had a visible effect"
        notebook.note(name, f"parameter {field}", "not tried", assumed=assumed, reason=reason)
        return
    notebook.compare(name, f"parameter {field}", assumed=assumed, found=found)
    if found != assumed:
        notebook.change(name, request={**notebook.endpoint(name).request, field: found})


def is_other(found: Any, before: Any) -> bool:
    """Whether two signatures differ; amounts that are near each other do not, since prices move."""
    if found is None or before is None:
        return (found is None) != (before is None)
    try:
        ratio = Decimal(str(found)) / Decimal(str(before))
    except ArithmeticError:
        return bool(found != before)
    return not Decimal("0.8") < ratio < Decimal("1.25")
