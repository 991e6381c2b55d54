"""Keys: every question a policy can answer, in one table.

A key has a type, a unit, a default (what holds where nobody said anything), a meaning, who enforces it, and what may be
said of it further down: nothing (locked), only stricter (may tighten), or anything (may loosen). A version may be stricter
about that than the table, never laxer. Amounts are by currency, in major units as text: {"EUR": "80.00"}. Pure: no database.
What customers read is marked for translation and translated by the window (window/policy_words.py): the timeline stays English.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.decisions import Refusal


class Type(StrEnum):
    """What a value is."""

    MONEY = "money"
    DAYS = "days"
    NUMBER = "number"
    FLAG = "flag"
    NAMES = "names"


class Below(StrEnum):
    """What a nearer place may say of a key."""

    LOCKED = "locked"
    TIGHTEN = "tighten"
    LOOSEN = "loosen"


NONE: Final = "none"
STRICTNESS: Final = (Below.LOOSEN, Below.TIGHTEN, Below.LOCKED)


@dataclass(frozen=True)
class Key:
    """One question: its name, type and unit, what holds unsaid, what it means, who enforces it, what may be said below."""

    code: str
    type: Type
    label: str
    meaning: str
    enforced_by: str
    below: Below
    default: Any = None
    unit: str = ""
    strict_is_lower: bool = True
    for_customers: bool = False

    def words(self, value: Any) -> str:
        """Write a value for people."""
        if value is None:
            return "not limited" if self.type is Type.MONEY else "not said"
        if self.type is Type.MONEY:
            return ", ".join(f"{amount} {currency}" for currency, amount in sorted(value.items()))
        if self.type is Type.FLAG:
            return "yes" if value else "no"
        if self.type is Type.NAMES:
            return ", ".join(value) or NONE
        return f"{value} {self.unit}".strip()

    def is_stricter(self, new: Any, old: Any) -> bool:
        """Say whether `new` is as strict as `old` or stricter, in every currency."""
        if old is None or new == old:
            return True
        if new is None:
            return False
        if self.type is Type.MONEY:
            return all(currency in new and self._stricter(Decimal(new[currency]), Decimal(old[currency])) for currency in old)
        return set(new) >= set(old) if self.type is Type.NAMES else self._stricter(new, old)

    def currencies_left_out(self, new: Any, old: Any) -> list[str]:
        """Return the currencies in which `old` says an amount and `new` none, so that nothing would limit it there."""
        if self.type is not Type.MONEY or old is None or new is None:
            return []
        return sorted(set(old) - set(new))

    def _stricter(self, new: Any, old: Any) -> bool:
        return bool(new <= old if self.strict_is_lower else new >= old)


class ValueUnreadable(Refusal):
    """Not a value of this key."""

    code = "value_unreadable"


class KeyUnknown(Refusal):
    """No such key is declared."""

    code = "key_unknown"


_AUTHORITY: Final = "support/remedies/authority.py"
_LEVELS: Final = (("agent", "an agent"), ("supervisor", "a supervisor"), ("manager", "a manager"))
_SPANS: Final = (("ticket", "on one ticket"), ("day", "in one day"))
_INSTEAD: Final = "For goodwill, in place of the limit for all remedies."


def _limit(code: str, label: str, meaning: str, below: Below = Below.LOOSEN) -> Key:
    return Key(code, Type.MONEY, label, meaning, _AUTHORITY, below, unit="tax included")


def _of_level(level: str, who: str, span: str, per: str) -> Key:
    meaning = f"On {who}'s own authority; above it a higher level approves."
    return _limit(f"remedy.{level}_{span}_limit", f"What {who} may give {per}", meaning)


_DECLARED: Final = (
    _limit(
        "remedy.ticket_limit",
        "Most on one ticket",
        "All remedies on one ticket stay below it, whoever gives or approves them.",
        Below.TIGHTEN,
    ),
    *(_of_level(level, who, span, per) for level, who in _LEVELS for span, per in _SPANS),
    *(
        _limit(f"goodwill.{level}_ticket_limit", f"Goodwill {who} may give on one ticket", _INSTEAD)
        for level, who in _LEVELS
    ),
    Key(
        "remedy.not_given", Type.NAMES, "Remedies that are not given",
        "By their codes, such as resend_document, payment_plan; or none. Nobody of ours gives or approves them.",
        _AUTHORITY, Below.TIGHTEN, default=(),
    ),
    Key(
        "remedy.times", Type.NUMBER, "Goodwill to one group before a supervisor decides",
        "Counted within the days of remedy.times_days.", _AUTHORITY, Below.LOOSEN, unit="times",
    ),
    Key(
        "remedy.times_days", Type.DAYS, "Days in which goodwill to one group is counted",
        "Together with remedy.times.", _AUTHORITY, Below.LOOSEN, unit="days", strict_is_lower=False,
    ),
    Key(
        "self_service.double_billing_limit", Type.MONEY, _("A double charge customers credit by themselves"),
        "Up to this amount the customer settles a double charge we found without waiting for anybody; 0 turns it off.",
        "support/remedies/self_service.py", Below.TIGHTEN, default={"EUR": "150.00", "USD": "150.00"}, unit=_("tax included"),
        for_customers=True,
    ),
    Key(
        "self_service.times", Type.NUMBER, _("Double charges a group credits by itself in 90 days"),
        "From then on a person looks at it.", "support/remedies/self_service.py", Below.TIGHTEN, default=2, unit=_("times"),
        for_customers=True,
    ),
    Key(
        "self_service.refund_limit", Type.MONEY, _("Money paid twice or too much that customers send back by themselves"),
        "Up to this amount one click sends it back to where it came from; above it our finance looks first. 0 turns it off.",
        "billing/anomalies/offering_back.py", Below.TIGHTEN, default={"EUR": "500.00", "USD": "500.00"},
        unit=_("tax included"), for_customers=True,
    ),
    Key(
        "coupons.alone_limit", Type.MONEY, "What one manager may take off by coupons alone",
        "To one group in 90 days; what takes off more, or less of what usage costs, waits for a second manager.",
        "billing/contracts/coupon_authority.py", Below.TIGHTEN, default={"EUR": "1000.00", "USD": "1000.00"},
    ),
    Key(
        "wallet.agent_alone_limit", Type.MONEY, "Prepaid credit an agent sells alone",
        "To one customer in 24 hours, without tax; more is sold by a supervisor, key account manager or manager.",
        "billing/invoices/wallets.py", Below.TIGHTEN, default={"EUR": "5000.00", "USD": "5000.00"},
    ),
    Key(
        "approval.hours", Type.NUMBER, "Hours an approval waits before the level above is told",
        "Whoever was asked may still decide.", "support/remedies/waiting.py", Below.LOOSEN, default=24, unit="hours",
    ),
    Key(
        "voice.thanks_credit", Type.MONEY, _("Thanks for telling us how it went"),
        "A credit to the payer for praise, a concern, an idea or an answer to our question, whatever is said. None: words only.",
        "support/voice/thanks.py", Below.LOOSEN, unit=_("tax included"), for_customers=True,
    ),
    Key(
        "voice.thanks_days", Type.DAYS, _("Days between two thanks"),
        "Within them the same payer is thanked in words only.", "support/voice/thanks.py", Below.LOOSEN, default=90,
        unit=_("days"), strict_is_lower=False, for_customers=True,
    ),
    Key(
        "survey.delay_hours", Type.NUMBER, "Hours after a ticket's end until its requester is asked how it went",
        "144 at most, for nobody is asked a week later. Who chatted with us is asked at once.", "support/voice/satisfaction.py",
        Below.LOOSEN, default=2, unit="hours", strict_is_lower=False,
    ),
    Key(
        "survey.rest_days", Type.DAYS, "Days in which one person is asked how it went once",
        "Who was asked within them is spared, and counted as spared. 0: everybody is asked about every ticket.",
        "support/voice/satisfaction.py", Below.LOOSEN, default=0, unit="days", strict_is_lower=False,
    ),
    Key(
        "voice.silence_days", Type.DAYS, "Days a customer may say nothing",
        "Longer, and it stands on the list of silent customers: somebody calls.", "support/measures/silence.py", Below.LOOSEN,
        default=120, unit="days",
    ),
    Key(
        "remedy.concession_share", Type.NUMBER, "Goodwill of a year against what was invoiced",
        "A group that was given more is marked among the concessions. None: not limited.", "support/measures/concessions.py",
        Below.LOOSEN, unit="per cent",
    ),
    Key(
        "measures.contact_cost", Type.MONEY, "What a contact with one of us costs",
        "What customers do themselves saves it; none said: no saving is shown.", "support/measures/processes.py", Below.LOCKED,
        unit="a contact", strict_is_lower=False,
    ),
    Key(
        "chat.longest_wait", Type.NUMBER, _("Minutes a chat waits before it becomes a ticket"),
        "Who waited so long for nobody is answered on the ticket, and told by when.", "support/channels/chat/tending.py",
        Below.LOOSEN, default=10, unit=_("minutes"), for_customers=True,
    ),
    Key(
        "staff.acknowledgement_days", Type.DAYS, "Days an acknowledgement counts",
        "After them a policy is read and acknowledged again.", "accounts/policies/acknowledging.py", Below.LOCKED,
        default=365, unit="days",
    ),
    Key(
        "lifecycle.onboarding_days", Type.DAYS, _("Days until a new customer should have begun"),
        "A customer who has not signed in by then is stuck, and its owner sees it.", "accounts/segments/lifecycle.py",
        Below.LOOSEN, default=30, unit=_("days"), for_customers=True,
    ),
    Key(
        "tickets.coin_tags", Type.FLAG, "Agents coin new tags",
        "If not, they choose from the list that managers keep.", "support/desk/tags.py", Below.LOCKED, default=True,
    ),
    Key(
        "prospects.sign_up", Type.FLAG, "Companies sign up by themselves",
        "Who proves an address is a prospect from then on; if not, accounts are opened by invitation.",
        "accounts/quality/signing_up.py", Below.LOCKED, default=False,
    ),
    Key(
        "prospects.most_in_an_hour", Type.NUMBER, "Companies that sign up by themselves in an hour",
        "All over the house; who comes later is asked to try again. 0 takes nobody.", "accounts/quality/signing_up.py",
        Below.LOCKED, default=20, unit="companies",
    ),
    Key(
        "prospects.most_in_a_day", Type.NUMBER, "Companies that sign up by themselves in 24 hours",
        "All over the house; who comes later is asked to try again. 0 takes nobody.", "accounts/quality/signing_up.py",
        Below.LOCKED, default=100, unit="companies",
    ),
    Key(
        "orders.credit_limit", Type.MONEY, _("Most a payer may owe with a new order"),
        "Open invoices less credit, and what is ordered; over it something is paid first. None: not limited.",
        "billing/amendments/credit.py", Below.TIGHTEN, unit=_("tax included"), for_customers=True,
    ),
    Key(
        "offers.calm_days", Type.DAYS, _("Days without offers after a concern"),
        "Whoever told us that something is wrong is offered nothing so long.", "support/offers/calm.py", Below.LOOSEN,
        default=14, unit=_("days"), strict_is_lower=False, for_customers=True,
    ),
    Key(
        "offers.rest_days", Type.DAYS, _("Days an offer rests after a no"),
        "Whoever said no to an offer does not see it again so long.", "support/offers/fitting.py", Below.LOOSEN,
        default=90, unit=_("days"), strict_is_lower=False, for_customers=True,
    ),
    Key(
        "tree.moves_by_customers", Type.FLAG, _("Administrators of a customer decide on moves within their group"),
        "If not, a supervisor or manager of ours decides on what they ask for.", "accounts/quality/positions.py",
        Below.TIGHTEN, default=True, for_customers=True,
    ),
    Key(
        "changes.decision_days", Type.DAYS, _("Days in which a change that waits is decided on"),
        "Counted from the day on which it was asked for; whoever asked reads the day.", "accounts/quality/changes.py",
        Below.LOOSEN, default=5, unit=_("days"), for_customers=True,
    ),
    Key(
        "contract.terms_by_customers", Type.FLAG, _("Customers change the terms of a contract by themselves"),
        "A longer term, renewal and order number; anything else is agreed with us.", "billing/amendments/new_terms.py",
        Below.TIGHTEN, default=True, for_customers=True,
    ),
    Key(
        "contract.longest_term", Type.NUMBER, _("Longest term customers choose by themselves"),
        "Terms up to so many months are offered on the page of a contract.", "billing/amendments/new_terms.py", Below.LOOSEN,
        default=36, unit=_("months"), for_customers=True,
    ),
    Key(
        "contract.extension_bonus", Type.NUMBER, _("Bonus for a longer term"),
        "Of the least the contract costs in a month, net, so many percent are credited once for each year by which a customer is"
        " bound longer; nothing they do makes it cost less before. 0 gives none.",
        "billing/amendments/bonus.py", Below.LOOSEN, default=0, unit=_("percent of a month"), for_customers=True,
    ),
    Key(
        "contract.offer_before_end", Type.FLAG, _("Who wants to end something is offered one thing instead"),
        "The next smaller plan, else a pause; whoever says no ends it all the same. If not, nothing is offered.",
        "billing/amendments/staying.py", Below.LOOSEN, default=True, for_customers=True,
    ),
)  # fmt: skip
_known_names: Final[dict[str, Callable[[], Collection[str]]]] = {}
KEYS: Final[dict[str, Key]] = {key.code: key for key in _DECLARED}


def named(code: str) -> Key:
    """Return the key of this name.

    Raises:
        KeyUnknown: none is declared.
    """
    if code not in KEYS:
        raise KeyUnknown(gettext("No policy key is called {code}.").format(code=code))
    return KEYS[code]


def register_names(code: str, known: Callable[[], Collection[str]]) -> None:
    """Let the topic that enforces a key of names say which there are."""
    _known_names[code] = known


def read(key: Key, text: str) -> Any:
    """Return the value people wrote for a key: "80.00 EUR, 90 USD", "30", "yes".

    Raises:
        ValueUnreadable: it is none.
    """
    text = text.strip()
    if key.type is Type.MONEY:
        return _amounts(key, text)
    if key.type is Type.FLAG:
        if text.lower() not in ("yes", "no"):
            raise ValueUnreadable(gettext("{label}: write yes or no.").format(label=key.label))
        return text.lower() == "yes"
    if key.type is Type.NAMES:
        return _names(key, [] if text == NONE else [name.strip() for name in text.split(",")])
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ValueUnreadable(
            gettext("{label}: write a whole number of {unit}.").format(label=key.label, unit=key.unit or "units")
        )
    return int(text)


def check(code: str, value: Any) -> None:
    """Do nothing when `value` can be a value of the key.

    Raises:
        KeyUnknown, ValueUnreadable: it cannot.
    """
    key = named(code)
    if key.type is Type.MONEY:
        if not isinstance(value, Mapping):
            raise ValueUnreadable(gettext("{label}: an amount names its currency.").format(label=key.label))
        _amounts(key, ", ".join(f"{amount} {currency}" for currency, amount in value.items()))
    elif key.type is Type.NAMES:
        _names(key, value)
    elif isinstance(value, bool) != (key.type is Type.FLAG) or not isinstance(value, int) or value < 0:
        raise ValueUnreadable(gettext("{label}: {value} is not a value of it.").format(label=key.label, value=value))


def _amounts(key: Key, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(","):
        number, _space, currency = part.strip().partition(" ")
        if not _is_amount(number) or len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
            raise ValueUnreadable(
                gettext("{label}: write amounts with their currency, such as 80.00 EUR.").format(label=key.label)
            )
        found[currency.upper()] = number
    return found


def _names(key: Key, given: Any) -> list[str]:
    known = _known_names[key.code]()
    if not isinstance(given, list | tuple) or (strange := next((name for name in given if name not in known), None)) is not None:
        named = given if not isinstance(given, list | tuple) else strange
        raise ValueUnreadable(gettext("{label}: there is no {name}; write codes, or none.").format(label=key.label, name=named))
    return sorted(set(given))


def _is_amount(number: str) -> bool:
    try:
        amount = Decimal(number)
    except InvalidOperation:
        return False
    return number.isascii() and amount.is_finite() and 0 <= amount < 10**12 and "e" not in number.lower()
