"""How the provider says no: where the code of a failure stands, and which of our codes it means."""

from collections.abc import Mapping

from backoffice.cryptopocket.probing.meanings import AUTHORISATION, Refusal, find_other_meaning, read_refusal
from backoffice.cryptopocket.probing.notebook import Verdict
from backoffice.cryptopocket.probing.session import Session

NOBODY = "987654321987"
NO_OBJECT = "zzzzzzzzzzzzzzzzzzzzzzzz9"
NO_ACCOUNT = "ES0000000000000000000000"

PROVOKED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("get_payment", "payment_not_found", {"payment_id": NO_OBJECT}),
    ("get_kyc_status", "user_not_found", {"user_id": NOBODY}),
    ("find_user", "user_not_found", {"email": "nobody.at.all@example.org"}),
    ("get_off_ramp", "rampoff_not_found", {"off_ramp_id": NO_OBJECT}),
    ("list_bank_transactions", "account_not_found", {"iban": NO_ACCOUNT}),
    (
        "get_on_ramp_quote",
        "coin_not_supported",
        {"amount": "100", "symbol": "ZZQX", "chain": "nochain", "payment_type": "card"},
    ),
)
"""Questions that must be refused, and the code that the contract has for it."""


def probe_refusals(session: Session) -> None:
    """Ask for what does not exist, and with a token that is none; note the codes and where they stand."""
    refusals = {
        name: read_refusal(session.ask(session.notebook.endpoint(name), arguments), session.notebook.catalogue)
        for name, _, arguments in PROVOKED
        if session.notebook.endpoint(name).path_provenance == "confirmed"
    }
    bad_token = _provoke_with_a_bad_token(session)
    meanings = _collect_meanings(refusals, bad_token)
    for name, expected, _ in PROVOKED:
        if name in refusals:
            _judge_code(session, name, expected, refusals[name], meanings)
    _judge_authorisation(session, bad_token, meanings)
    _note_places(
        session, tuple(dict.fromkeys(place for told in (*refusals.values(), bad_token) for place in told.places))
    )


def _provoke_with_a_bad_token(session: Session) -> Refusal:
    """Ask for the customers with a token that was never given."""
    token, session.asker.token = session.asker.token, "no-token-of-the-provider-0000"
    try:
        reply = session.ask(session.notebook.endpoint("list_customers"))
    finally:
        session.asker.token = token
    return read_refusal(reply, session.notebook.catalogue)


def _collect_meanings(refusals: Mapping[str, Refusal], bad_token: Refusal) -> dict[str, list[str]]:
    """Return for each code all that it was answered to, by our words for it."""
    meanings: dict[str, list[str]] = {}
    told = [(refusals[name].code, expected) for name, expected, _ in PROVOKED if name in refusals]
    for code, meaning in (*told, (bad_token.code, AUTHORISATION)):
        if meaning not in meanings.setdefault(code, []):
            meanings[code].append(meaning)
    return meanings


def _judge_code(
    session: Session, name: str, expected: str, refusal: Refusal, meanings: Mapping[str, list[str]]
) -> None:
    """Note the code for what does not exist, and believe it where it can mean nothing else."""
    notebook, code, subject = session.notebook, refusal.code, "code for what is not there"
    if code and _is_known(session, name, expected, code):
        notebook.note(name, subject, "confirmed", assumed=expected, found=code)
    elif reason := _find_doubt(session, refusal, expected, meanings):
        notebook.note(name, subject, "ambiguous", assumed=expected, found=code, reason=reason)
    else:
        notebook.note(name, subject, "differs", assumed=expected, found=code)
        _believe_code(session, name, expected, code)


def _is_known(session: Session, name: str, expected: str, code: str) -> bool:
    """Whether the contract has the code for this: as shipped, or as somebody has decided."""
    assumed = session.notebook.assumed
    return code in {expected, *assumed[name].not_found_codes} or assumed.conventions.error_codes.get(code) == expected


def _find_doubt(session: Session, refusal: Refusal, expected: str, meanings: Mapping[str, list[str]]) -> str:
    """Return why a code is not believed to mean what was expected; "" where it is."""
    code = refusal.code
    if not code:
        return f"{refusal.problem}: nothing is learned from it"
    if refusal.http_status == 401 and expected != AUTHORISATION:
        return "it came with HTTP 401: the token was refused, and not what was asked for"
    if other := find_other_meaning(code, expected, session.notebook.assumed, session.known_codes):
        return f"it is known to mean something else: {other}"
    if len(meanings[code]) > 1:
        return f"it came for different things: {', '.join(meanings[code])}. Decide, and set it in the file"
    return ""


def _judge_authorisation(session: Session, refusal: Refusal, meanings: Mapping[str, list[str]]) -> None:
    """Note the code for a bad token, and believe it where it can mean nothing else."""
    notebook, code, subject = session.notebook, refusal.code, "code for a bad token"
    assumed = notebook.assumed.conventions.authorisation_codes
    shown = ", ".join(assumed)
    if code in assumed:
        notebook.note("conventions", subject, "confirmed", assumed=shown, found=code)
    elif reason := _find_doubt(session, refusal, AUTHORISATION, meanings):
        notebook.note("conventions", subject, "ambiguous", assumed=shown, found=code, reason=reason)
    else:
        notebook.note("conventions", subject, "differs", assumed=shown, found=code)
        notebook.change_conventions(authorisation_codes=(code, *assumed))


def _note_places(session: Session, places: tuple[str, ...]) -> None:
    notebook = session.notebook
    assumed = notebook.assumed.conventions.code_locations
    new = tuple(place for place in places if place not in assumed)
    verdict: Verdict = "differs" if new else "confirmed" if places else "not tried"
    notebook.note(
        "conventions", "place of the code", verdict, assumed=", ".join(assumed), found=", ".join(places) or "-"
    )
    if new:
        notebook.change_conventions(code_locations=(*new, *assumed))


def _believe_code(session: Session, name: str, expected: str, code: str) -> None:
    """Believe what their code means."""
    notebook, endpoint = session.notebook, session.notebook.endpoint(name)
    if expected in endpoint.not_found_codes:
        notebook.change(name, not_found_codes=(*endpoint.not_found_codes, code))
        _believe_of_calls_that_write(session, expected, code)
        return
    conventions = notebook.catalogue.conventions
    notebook.change_conventions(error_codes={**conventions.error_codes, code: expected})


def _believe_of_calls_that_write(session: Session, expected: str, code: str) -> None:
    """What does not exist has the same code wherever it is asked for."""
    for name, endpoint in session.notebook.catalogue.endpoints.items():
        if not endpoint.only_reads and expected in endpoint.not_found_codes and code not in endpoint.not_found_codes:
            session.notebook.change(name, not_found_codes=(*endpoint.not_found_codes, code))
