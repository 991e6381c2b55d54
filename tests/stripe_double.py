"""Stripe's own rules, in memory on the loopback: stricter than a mock, for tests only.

It keeps what it is asked, as Stripe documents it: an idempotency key answers as the first time and refuses other parameters;
refunds never exceed their charge; a card may want its holder's confirmation; a dispute takes the money and may give it back;
news is signed as Stripe signs it. What a card does is told by its number: `pm_good…`, `pm_declined…`, `pm_confirm…`, and
`pm_late…` (the work is done, the answer is lost).
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

SECRET_KEY, WEBHOOK_SECRET = "sk_test_double", "whsec_double"  # noqa: S105


class Refused(Exception):
    """An answer with a fault in it."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **more}}


class LostAnswer(Exception):
    """The work was done and nobody hears of it."""


class Double:
    """What stands at Stripe, by number."""

    def __init__(self) -> None:
        self.name = uuid4().hex[:8]
        self.things: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[dict[str, Any], int, dict[str, Any]]] = {}
        self.lock = Lock()
        self.away = False
        self.url = ""
        self.asked: list[str] = []

    def card(self, customer: str, behaviour: str = "good", last4: str = "4242") -> str:
        """A card at Stripe; returns our token for it."""
        number = f"pm_{behaviour}_{len(self.things)}"
        card = {"brand": "visa", "last4": last4, "exp_month": 12, "exp_year": 2030}
        self._keep(number, "payment_method", customer=customer, card=card, type="card")
        return f"{customer}:{number}"

    def entered(self, setup: str, behaviour: str = "good") -> str:
        """The holder enters a card in the fields of a set-up; returns the card's number."""
        made = self.things[setup]
        number = self.card(made["customer"], behaviour).partition(":")[2]
        made |= {"status": "succeeded", "payment_method": number}
        return number

    def confirm(self, charge: str) -> None:
        """The holder confirms a charge with the bank."""
        self.things[charge] |= {"status": "succeeded", "next_action": None}

    def dispute(self, charge: str, status: str, number: str = "") -> str:
        """The holder's bank takes a charge back, or decides so; returns the dispute's number."""
        of, number = self.things[charge], number or f"dp_{self.name}"
        self._keep(number, "dispute", payment_intent=charge, amount=of["amount"], currency=of["currency"], status=status)
        return number

    def event(self, kind: str, about: str, number: str = "", at: float | None = None) -> tuple[bytes, str]:
        """News as Stripe would send it: the body, and its signature."""
        told = {
            "id": number or f"evt_{kind}_{about}", "object": "event", "type": kind,
            "data": {"object": self.things.get(about, {"id": about, "object": "unknown"})},
        }  # fmt: skip
        body = json.dumps(told).encode()
        return body, signature(body, WEBHOOK_SECRET, at)

    def _keep(self, number: str, what: str, **facts: Any) -> dict[str, Any]:
        self.things[number] = {"id": number, "object": what, "metadata": {}} | facts
        return self.things[number]

    # what is asked over the wire

    def post_customers(self, given: dict[str, Any]) -> dict[str, Any]:
        return self._keep(f"cus_{len(self.things)}", "customer", **given)

    def post_setup_intents(self, given: dict[str, Any]) -> dict[str, Any]:
        number = f"seti_{len(self.things)}"
        secret = {"client_secret": f"{number}_secret"}
        return self._keep(number, "setup_intent", status="requires_payment_method", payment_method=None, **secret, **given)

    def post_payment_intents(self, given: dict[str, Any]) -> dict[str, Any]:
        method = self.things.get(given["payment_method"])
        if method is None or method["customer"] != given["customer"]:
            raise Refused(400, "invalid_request_error", "No such PaymentMethod")
        number, behaviour = f"pi_{self.name}{len(self.things)}", given["payment_method"]
        facts = {
            "amount": int(given["amount"]), "currency": given["currency"], "customer": given["customer"], "status": "succeeded",
            "client_secret": f"{number}_secret", "metadata": given.get("metadata", {}), "refunded": 0,
        }  # fmt: skip
        made = self._keep(number, "payment_intent", **facts)
        wants_confirmation = behaviour.startswith("pm_confirm")
        if "declined" in behaviour or (wants_confirmation and given.get("off_session") == "true"):
            code = "authentication_required" if wants_confirmation else "card_declined"
            error = {"code": code, "message": "Your card was declined."}
            made |= {"status": "requires_payment_method", "last_payment_error": error}
            if behaviour.startswith("pm_late"):
                raise LostAnswer
            raise Refused(402, "card_error", error["message"], code=code, payment_intent=made)
        if wants_confirmation:
            made |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
        if behaviour.startswith("pm_late"):
            raise LostAnswer
        return made

    def post_cancel(self, charge: dict[str, Any]) -> dict[str, Any]:
        if charge["status"] != "requires_action":
            raise Refused(400, "invalid_request_error", f"You cannot cancel this: it is {charge['status']}.")
        charge["status"] = "canceled"
        return charge

    def post_refunds(self, given: dict[str, Any]) -> dict[str, Any]:
        charge, amount = self.things.get(given["payment_intent"]), int(given["amount"])
        if charge is None or charge["status"] != "succeeded" or charge["refunded"] + amount > charge["amount"]:
            raise Refused(400, "invalid_request_error", "Refund amount is greater than what is left of the charge.")
        charge["refunded"] += amount
        facts = {"payment_intent": charge["id"], "amount": amount, "currency": charge["currency"], "status": "succeeded"}
        return self._keep(f"re_{len(self.things)}", "refund", metadata=given.get("metadata", {}), **facts)

    def answer(self, verb: str, path: str, given: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """Answer one request; a key that was seen answers as before."""
        if key and key in self.answers:
            before, status, body = self.answers[key]
            if before != given:
                raise Refused(400, "idempotency_error", "Keys can only be used with the same parameters.")
            if body.get("lost"):
                raise LostAnswer
            return status, body
        try:
            status, body = 200, json.loads(json.dumps(self._do(verb, path, given)))
        except Refused as fault:
            status, body = fault.status, json.loads(json.dumps(fault.body))
        except LostAnswer:
            self.answers[key] = (given, 0, {"lost": True})
            raise
        if key and status != 409:
            self.answers[key] = (given, status, body)
        return status, body

    def _do(self, verb: str, path: str, given: dict[str, Any]) -> dict[str, Any]:
        what, _, number = path.removeprefix("/v1/").partition("/")
        if verb == "POST" and number.endswith("/cancel"):
            return self.post_cancel(self._named(number.removesuffix("/cancel")))
        if verb == "POST":
            made: dict[str, Any] = getattr(self, f"post_{what}")(given)
            return made
        if number:
            return self._named(number)
        wanted = {"payment_intents": ("payment_intent", "customer"), "refunds": ("refund", "payment_intent")}[what]
        found = [one for one in self.things.values() if one["object"] == wanted[0] and one[wanted[1]] == given[wanted[1]]]
        return {"object": "list", "url": path, "has_more": False, "data": found}

    def _named(self, number: str) -> dict[str, Any]:
        if number not in self.things:
            raise Refused(404, "invalid_request_error", f"No such thing: {number}")
        return self.things[number]


def signature(body: bytes, secret: str, at: float | None = None) -> str:
    """Sign a body as Stripe does."""
    moment = int(time.time() if at is None else at)
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Read `metadata[key]=value` and lists as Stripe's forms write them."""
    read: dict[str, Any] = {}
    for name, value in pairs:
        inner = re.fullmatch(r"(\w+)\[(\w*)\]", name)
        if inner:
            read.setdefault(inner[1], {})[inner[2]] = value
        else:
            read[name] = value
    return read


@contextmanager
def serving() -> Iterator[Double]:
    """Run the double on the loopback for as long as the block lasts."""
    double = Double()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer("GET", parts.path, _nested(parse_qsl(parts.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer("POST", self.path, _nested(parse_qsl(body)))

        def _answer(self, verb: str, path: str, given: dict[str, Any]) -> None:
            double.asked.append(f"{verb} {path}")
            try:
                if double.away:
                    raise Refused(500, "api_error", "Stripe is away.")
                if self.headers.get("Authorization") != f"Bearer {SECRET_KEY}":
                    raise Refused(401, "invalid_request_error", "Invalid API Key")
                with double.lock:
                    status, body = double.answer(verb, path, given, self.headers.get("Idempotency-Key", ""))
            except Refused as fault:
                status, body = fault.status, fault.body
            except LostAnswer:
                self.close_connection = True
                return
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
