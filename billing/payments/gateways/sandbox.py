"""The sandbox: a gateway that moves no money, for trials and tests, as strict as a real one.

It takes test cards only; each stands for one behaviour. It keeps its own memory (`GatewayCharge`), committed on its own, so
what it was asked outlives any rollback of ours. A card that "times out" did or did not pay in truth; `ask` tells which.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from billing.money import Money
from billing.payments.gateways.base import Answer, CardRefused, KeyReused, Method, Outcome
from billing.payments.models import GatewayCharge

NO_ANSWER: Final = "The gateway did not answer in time."
_EXPIRY = re.compile(r"(0[1-9]|1[0-2])\s*/\s*(?:20)?([0-9]{2})", re.ASCII)
_NUMBER = re.compile(r"[0-9]{12,19}", re.ASCII)


@dataclass(frozen=True)
class TestCard:
    """A card number with a behaviour: what the sandbox answers at once, and what is true."""

    __test__ = False

    number: str
    what_happens: str
    answered: Outcome
    outcome: Outcome
    reason: str = ""

    @property
    def token(self) -> str:
        """The name under which the card is kept; the number cannot be read from it."""
        return f"sandbox_{self.answered}_{self.outcome}_{self.number[-4:]}"

    @property
    def label(self) -> str:
        return f"Visa •••• {self.number[-4:]}"


TEST_CARDS: Final = (
    TestCard("4242424242424242", "pays", Outcome.SUCCESS, Outcome.SUCCESS),
    TestCard("4000000000000002", "is declined", Outcome.DECLINED, Outcome.DECLINED, "The card was declined by its bank."),
    TestCard("4000000000000119", "times out, has paid", Outcome.UNKNOWN, Outcome.SUCCESS),
    TestCard(
        "4000000000000341", "times out, is declined", Outcome.UNKNOWN, Outcome.DECLINED, "The card was declined by its bank."
    ),
)
_BY_TOKEN: Final = {card.token: card for card in TEST_CARDS}
_BY_NUMBER: Final = {card.number: card for card in TEST_CARDS}


def tokenise(number: str, expiry: str, *, on: date) -> Method:
    """Exchange a test card, valid on the day `on`, for a token; the number goes no further than this call.

    Raises:
        CardRefused: a mistyped number, no test card, or a card that has expired.
    """
    digits = number.replace(" ", "").replace("-", "")
    if not _NUMBER.fullmatch(digits) or not _passes_luhn(digits):
        raise CardRefused(_("This is not a card number: check its digits."), field="number")
    if digits not in _BY_NUMBER:
        raise CardRefused(_("This is the sandbox: it takes test cards only, no real ones."), field="number")
    expires_on = _first_day_after(expiry)
    if expires_on <= on:
        raise CardRefused(_("This card has expired."), field="expiry")
    card = _BY_NUMBER[digits]
    return Method(gateway=Sandbox.code, token=card.token, label=card.label, expires_on=expires_on)


def _passes_luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def _first_day_after(expiry: str) -> date:
    found = _EXPIRY.fullmatch(expiry.strip())
    if not found:
        raise CardRefused(_("Write the expiry as month and year, such as 08/29."), field="expiry")
    month, year = int(found[1]), 2000 + int(found[2])
    return date(year + month // 12, month % 12 + 1, 1)


class Sandbox:
    """The built-in gateway. Its memory is committed apart from any work of ours: called inside a transaction it refuses."""

    code = "sandbox"
    label = "Card (sandbox)"
    is_slow = False

    def collect(self, *, key: str, amount: Money, token: str) -> Answer:
        """Charge the test card behind `token` once per `key`; unknown tokens are declined."""
        card = _BY_TOKEN.get(token)
        if card is None:
            return _remembered(_remember(key, amount, Outcome.DECLINED, Outcome.DECLINED, "The card is not known here."))
        return _remembered(_remember(key, amount, card.answered, card.outcome, card.reason))

    def refund(self, *, key: str, gateway_ref: str, amount: Money) -> Answer:
        """Give back of the charge `gateway_ref` once per `key`; declined when more is asked than is left of it."""
        with transaction.atomic(durable=True):
            charge = GatewayCharge.objects.select_for_update().filter(gateway_ref=gateway_ref, gives_back=None).first()
            if charge is None:
                return Answer(Outcome.DECLINED, reason="The charge is not known here.")
            if earlier := GatewayCharge.objects.filter(key=key).first():
                return _remembered(_of_same_amount(earlier, amount))
            reason = "" if amount <= _left_of(charge) else "More was asked for than is left of the charge."
            outcome = Outcome.DECLINED if reason else Outcome.SUCCESS
            answered = Outcome.UNKNOWN if charge.answered == Outcome.UNKNOWN else outcome
            return _remembered(_insert(key, amount, answered, outcome, reason, gives_back=charge))

    def check(self, *, token: str) -> Answer:
        """Answer for the test card behind `token` as it would to a charge of nothing."""
        card = _BY_TOKEN.get(token)
        if card is None:
            return Answer(Outcome.DECLINED, reason="The card is not known here.")
        return Answer(card.answered, reason=NO_ANSWER if card.answered == Outcome.UNKNOWN else card.reason)

    def ask(self, *, key: str) -> Answer:
        """Tell the truth about the attempt `key`."""
        charge = GatewayCharge.objects.filter(key=key).first()
        if charge is None:
            return Answer(Outcome.NEVER_SEEN)
        return Answer(Outcome(charge.outcome), charge.gateway_ref, charge.reason)


def _remember(key: str, amount: Money, answered: Outcome, outcome: Outcome, reason: str) -> GatewayCharge:
    with transaction.atomic(durable=True):
        return _of_same_amount(_insert(key, amount, answered, outcome, reason), amount)


def _insert(
    key: str, amount: Money, answered: Outcome, outcome: Outcome, reason: str, gives_back: GatewayCharge | None = None
) -> GatewayCharge:
    facts = {
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "answered": answered,
        "outcome": outcome,
        "reason": reason,
        "gateway_ref": f"sb_{uuid5(NAMESPACE_URL, key).hex[:20]}",
        "gives_back": gives_back,
    }
    return GatewayCharge.objects.get_or_create(key=key, defaults=facts)[0]


def _of_same_amount(charge: GatewayCharge, amount: Money) -> GatewayCharge:
    if Money(charge.amount_minor, charge.currency) != amount:
        raise KeyReused(_("This key was used for another amount."))
    return charge


def _remembered(charge: GatewayCharge) -> Answer:
    if charge.answered == Outcome.UNKNOWN:
        return Answer(Outcome.UNKNOWN, reason=NO_ANSWER)
    return Answer(Outcome(charge.answered), charge.gateway_ref, charge.reason)


def _left_of(charge: GatewayCharge) -> Money:
    if charge.outcome != Outcome.SUCCESS:
        return Money.zero(charge.currency)
    given = charge.given_back.filter(outcome=Outcome.SUCCESS).aggregate(total=Sum("amount_minor"))["total"] or 0
    return Money(charge.amount_minor - given, charge.currency)
