"""What every gateway answers to: collect, ask, refund, and check a way to pay.

The first three take a key that names the attempt. The same key always means the same attempt: repeating a call answers as the
first time and moves no money again. A gateway answers, it does not raise, when the other side is late, away or unclear:
that answer is UNKNOWN, and only `ask` may resolve it. It remembers what it was asked outside our transactions.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from accounts.decisions import Refusal
from billing.money import Money


class Outcome(StrEnum):
    """What a gateway can say of an attempt."""

    SUCCESS = "success"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    NEVER_SEEN = "never_seen"


@dataclass(frozen=True)
class Answer:
    """What a gateway said: the outcome, its own reference, and on a decline the reason in words fit to show."""

    outcome: Outcome
    gateway_ref: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Method:
    """A way to pay, as a gateway knows it: a token (never a card number) and a label such as "Visa •••• 4242"."""

    gateway: str
    token: str
    label: str
    expires_on: date | None = None


class PayableBy(Protocol):
    """Anything that names a way to pay: a `Method` just entered or a `PaymentMethod` kept."""

    @property
    def gateway(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def label(self) -> str: ...


class Gateway(Protocol):
    """One way for money to reach us."""

    code: str
    label: str
    is_slow: bool
    """Whether it answers in days: it is asked once an hour instead of at every turn."""

    def collect(self, *, key: str, amount: Money, token: str) -> Answer:
        """Take `amount` from the method behind `token`; the same `key` takes it once.

        Raises:
            KeyReused: the key was used for another amount.
        """
        ...

    def refund(self, *, key: str, gateway_ref: str, amount: Money) -> Answer:
        """Give `amount` back of the charge `gateway_ref`; the same `key` gives it once, and never more than was taken.

        Raises:
            KeyReused: the key was used for another amount.
        """
        ...

    def check(self, *, token: str) -> Answer:
        """Say whether the method behind `token` could be charged; no money moves. UNKNOWN when that cannot be said now."""
        ...

    def ask(self, *, key: str) -> Answer:
        """Say what became of the attempt `key`; NEVER_SEEN when it never arrived."""
        ...


class UnknownGateway(Refusal):
    """No gateway of that code is registered."""

    code = "unknown_gateway"


class KeyReused(Refusal):
    """A key names one attempt; it was used again for another."""

    code = "key_reused"


class CardRefused(Refusal):
    """What was typed as a card cannot be one; `field` says which input is at fault."""

    code = "card_refused"

    def __init__(self, reason: str, *, field: str) -> None:
        super().__init__(reason)
        self.field = field
