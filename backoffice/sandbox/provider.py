"""From a request to an answer: token, route, work, faults."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from backoffice.sandbox.answers import UNAUTHORISED, Answer, fail
from backoffice.sandbox.call import Call
from backoffice.sandbox.calls import ReceivedRequest, ReceivedRequests
from backoffice.sandbox.dialects.reading import read_body, read_query
from backoffice.sandbox.dialects.writing import write_answer
from backoffice.sandbox.faults import Fault, Faults
from backoffice.sandbox.options import Options
from backoffice.sandbox.routes.banking import add_bank_transaction
from backoffice.sandbox.routes.common import authenticate
from backoffice.sandbox.routes.customers import add_customer
from backoffice.sandbox.routes.offramps import add_offramp
from backoffice.sandbox.routes.payments import add_payment
from backoffice.sandbox.routing import AUTHENTICATE, Route, Routes
from backoffice.sandbox.state import State
from backoffice.sandbox.tokens import Tokens
from backoffice.sandbox.webhooks.announcer import Announcer
from backoffice.sandbox.webhooks.sender import Sender

_LONGEST_HOLD_SECONDS = 60.0
_UNKNOWN_ROUTE = "unknownRoute"


class Delivery(Enum):
    """How an answer leaves."""

    WHOLE = auto()
    DROPPED = auto()
    CUT = auto()


@dataclass(frozen=True)
class Reply:
    """What goes over the wire; ``text`` stands in for the body where it is not JSON."""

    answer: Answer
    delivery: Delivery = Delivery.WHOLE
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None


class Provider:
    """One stand-in provider without its listener."""

    def __init__(self, options: Options) -> None:
        self.state = State(options)
        self.dialect = options.spoken
        self.tokens = Tokens(seconds=self.dialect.token_seconds)
        self._routes = Routes(self.dialect)
        self.faults = Faults()
        self.requests = ReceivedRequests()
        self.sender = Sender(options)
        self.announcer = Announcer(self.state, self.sender)

    def reply(self, request: ReceivedRequest) -> Reply:
        """Do what a request asks for, and what the faults ask for."""
        route = self._routes.find(request.method, request.path)
        request.operation = route.operation if route else _UNKNOWN_ROUTE
        # The gate is taken before anyone can know of the request, so that no release comes too early.
        gate = self.faults.gate()
        met = self.faults.take(request.operation)
        self.requests.add(request)
        _wait(met, gate, after_work=False)
        reply = self._say(route, self._fail_before(met) or self._work(request, route, met))
        _wait(met, gate, after_work=True)
        request.answered = None if reply.delivery is Delivery.DROPPED else reply.answer.status
        return reply

    def _say(self, route: Route | None, reply: Reply) -> Reply:
        """Return a reply as the dialect has it."""
        if route is None or reply.text is not None:
            return reply
        return replace(reply, answer=write_answer(self.dialect.manner(route.operation), reply.answer))

    def _work(self, request: ReceivedRequest, route: Route | None, met: tuple[Fault, ...]) -> Reply:
        answer = self._answer(request, route, met)
        request.worked = True
        for fault in met:
            if fault.kind == "moving_total":
                self._grow(request.operation)
        return _spoil_delivery(met, answer)

    def _answer(self, request: ReceivedRequest, route: Route | None, met: tuple[Fault, ...]) -> Answer:
        if route is None:
            return self._no_route(request)
        manner = self.dialect.manner(route.operation)
        query, body = read_query(manner, request.query), read_body(manner, request)
        call = Call(route.operation, self.state, route.path, query, body, met, manner)
        if route.operation == AUTHENTICATE:
            return authenticate(call, self.tokens)
        if not self.tokens.is_good(request.headers.get("auth", "")) or route.handler is None:
            return UNAUTHORISED
        with self.state.lock:
            return route.handler(call)

    def _fail_before(self, met: tuple[Fault, ...]) -> Reply | None:
        for fault in met:
            if fault.kind == "expire_tokens":
                self.tokens.expire_all()
            reply = _failed_before(fault)
            if reply:
                return reply
        return None

    def _no_route(self, request: ReceivedRequest) -> Answer:
        """Answer as Laravel does where there is no route, or not for this method."""
        if self._routes.is_other_method(request.path):
            return Answer(405, {"message": f"The {request.method} method is not supported for this route."})
        return Answer(404, {"message": "The route could not be found."})

    def _grow(self, operation: str) -> None:
        """Add a row at the newest end of the list that a call reads."""
        with self.state.lock:
            if operation == "listCustomers":
                add_customer(self.state, {})
            if operation == "listOnRampTransactions":
                add_payment(self.state, {})
            if operation == "listOffRampTransactions":
                add_offramp(self.state, {})
            if operation == "listBankAccountTransactions":
                add_bank_transaction(self.state, {})


def _wait(met: tuple[Fault, ...], gate: threading.Event, *, after_work: bool) -> None:
    """Let the time pass that the faults ask for."""
    for fault in met:
        if fault.after_work == after_work and fault.kind == "latency":
            time.sleep(fault.milliseconds / 1000)
        if fault.after_work == after_work and fault.kind == "hold":
            gate.wait(_LONGEST_HOLD_SECONDS)


def _failed_before(fault: Fault) -> Reply | None:
    """Return the reply of a fault that keeps the work from being done."""
    if fault.kind == "refuse_address":
        return Reply(UNAUTHORISED)
    if fault.kind == "drop_before":
        return Reply(Answer(200, {}), Delivery.DROPPED)
    if fault.kind == "error_500":
        return Reply(Answer(fault.status or 500, {"message": "Server Error"}))
    if fault.kind == "too_many_requests":
        return Reply(Answer(429, {"message": "Too Many Attempts."}), headers={"Retry-After": str(fault.seconds)})
    if fault.kind == "error_code":
        return Reply(fail(fault.code, status=fault.status or 200))
    return None


def _spoil_delivery(met: tuple[Fault, ...], answer: Answer) -> Reply:
    """Return how an answer leaves once the work is done."""
    kinds = {fault.kind for fault in met}
    if "drop_after" in kinds:
        return Reply(answer, Delivery.DROPPED)
    if "cut_body" in kinds:
        return Reply(answer, Delivery.CUT)
    if "error_500_after" in kinds:
        return Reply(Answer(500, {"message": "Server Error"}))
    if "html_body" in kinds:
        page = "<!DOCTYPE html><html><body><h1>Just a moment...</h1></body></html>"
        return Reply(Answer(200, None), headers={"Content-Type": "text/html; charset=UTF-8"}, text=page)
    if "nonsense" in kinds:
        return Reply(Answer(200, ["nonsense", 42]))
    return Reply(answer)
