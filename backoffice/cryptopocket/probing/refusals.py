"""How the provider says no: where the code of a failure stands, and which of our codes it means."""

from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.judging import find_code, find_text_place
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
    places: dict[str, None] = {}
    for name, expected, arguments in PROVOKED:
        if session.notebook.endpoint(name).path_provenance == "confirmed":
            reply = session.ask(session.notebook.endpoint(name), arguments)
            code, place = _code_of(session, reply)
            _note_code(session, name, expected, code)
            if code:
                places |= dict.fromkeys(filter(None, (place, find_text_place(reply, place))))
                _believe_code(session, name, expected, code)
    code, place = _provoke_with_a_bad_token(session)
    if code:
        places[place] = None
    _note_authorisation(session, code)
    _note_places(session, tuple(places))


def _code_of(session: Session, reply: Reply) -> tuple[str, str]:
    if session.succeeded(reply):
        return "", ""
    return find_code(reply, session.notebook.catalogue.conventions)


def _provoke_with_a_bad_token(session: Session) -> tuple[str, str]:
    """Ask for the customers with a token that was never given."""
    token, session.asker.token = session.asker.token, "no-token-of-the-provider-0000"
    try:
        return _code_of(session, session.ask(session.notebook.endpoint("list_customers")))
    finally:
        session.asker.token = token


def _note_code(session: Session, name: str, expected: str, code: str) -> None:
    if not code:
        reason = "what does not exist was not refused with a code"
        session.notebook.note(name, "code for what is not there", "ambiguous", assumed=expected, reason=reason)
        return
    session.notebook.compare(name, "code for what is not there", assumed=expected, found=code)


def _note_authorisation(session: Session, code: str) -> None:
    notebook = session.notebook
    assumed = notebook.assumed.conventions.authorisation_codes
    if not code:
        reason = "a token that is none was not refused with a code"
        notebook.note("conventions", "code for a bad token", "ambiguous", assumed=", ".join(assumed), reason=reason)
        return
    verdict: Verdict = "confirmed" if code in assumed else "differs"
    notebook.note("conventions", "code for a bad token", verdict, assumed=", ".join(assumed), found=code)
    if code not in assumed:
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
    """Believe what their code means; one of ours needs no telling."""
    notebook, endpoint = session.notebook, session.notebook.endpoint(name)
    if code in {expected, *endpoint.not_found_codes}:
        return
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
