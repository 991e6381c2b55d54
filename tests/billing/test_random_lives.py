"""Whatever happens to customers, in whatever order, the books stay right (generated lives, each in a rolled back transaction)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.customers import moves, responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.amendments import applying, quoting
from billing.amendments.quoting import NEXT_PERIOD, NOW, Change
from billing.catalog import plans
from billing.catalog.plans import ChargeTerms
from billing.contracts import events
from billing.contracts.models import Subscription
from billing.invoices import credit_notes, proof, run, settling, single
from billing.invoices.models import Coverage, Document, Line
from billing.invoices.running import carrying, trying
from billing.ledger import proof as ledger
from billing.money import Money
from billing.payments import collecting, receiving, refunds
from billing.payments import proof as payment_proof
from billing.payments.gateways.base import Answer, Outcome
from billing.payments.models import Payment, Refund
from billing.usage import recording as usage
from support.remedies import proof as remedies
from tests.factories import billing, customers, payments, people, support

pytestmark = pytest.mark.django_db

START = date(2026, 1, 10)
CARDS = (payments.GOOD, payments.GOOD, payments.DECLINED, payments.TIMES_OUT, payments.TIMES_OUT_DECLINED)
WHENS = (NOW, NOW, NOW, NEXT_PERIOD, 9, 40)


@contextmanager
def _rolled_back() -> Iterator[None]:
    with _savepoint():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def _savepoint() -> transaction.Atomic:
    block = transaction.atomic()
    block._from_testcase = True  # what refuses to be inside a transaction runs in this one, as in Django's own tests
    return block


class Life:
    """A group of four customers with contracts in two currencies and with two sellers, and a day that moves on."""

    def __init__(self) -> None:
        self.today = START
        self.root = customers.group("Group", at=self.at)
        self.division = customers.below(self.root, "Division", "division", at=self.at)
        self.sites = [customers.below(parent, f"Site {parent}", at=self.at) for parent in (self.root, self.division)]
        self.boss, self.agent = people.administrator(self.root), people.manager()
        support.limit("manager", 10**9, 10**9)
        usage.define_meter(code="calls")
        self.plans = [self._plan(code, price, currency) for currency in ("EUR", "JPY") for code, price in PRICES]
        self.contracts = [
            billing.contract(site, signed_on=START, at=self.at, currency=currency, tax_rate=rate, **terms)
            for site, (currency, rate, terms) in zip([*self.sites, self.sites[0]], TERMS, strict=True)
        ]
        self.subscriptions: list[Subscription] = []

    def _plan(self, code: str, price: str, currency: str) -> Any:
        more = [
            ChargeTerms(
                "calls",
                "Calls",
                {"unit_price": "0.37" if currency == "EUR" else "3"},
                kind="usage",
                billing="in_arrears",
                metric="calls",
            )
        ]
        fee = [ChargeTerms("setup", "Set-up", {"unit_price": "25"}, kind="one_time")] if code == "MAX" else []
        price = price if currency == "EUR" else str(int(Decimal(price)) * 100)
        arrears = "in_arrears" if code == "LATER" else "in_advance"
        base = ChargeTerms("base", "Seats", {"unit_price": price}, billing=arrears)
        return plans.publish_version(
            plan=billing.plan(code, product="desk", rank=0), currency=currency, charges=[base, *more, *fee],
            effective_on=date(2020, 1, 1),
        )  # fmt: skip

    @property
    def at(self) -> datetime:
        """Noon of today."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    def subscribe(self, a: int, b: int) -> None:
        contract = self.contracts[a % len(self.contracts)]
        fitting = [version for version in self.plans if version.currency == contract.currency]
        started = billing.subscribed(
            contract.customer, fitting[b % len(fitting)], under=contract, quantity=1 + b % 7, at=self.at,
            on=self.today + timedelta(days=(a + b) % 3 * 11 - 11),
        )  # fmt: skip
        self.subscriptions.append(started)

    def change(self, a: int, b: int) -> None:
        """Quote a change and apply it; what is issued is what was quoted."""
        if not (subscription := self._pick(self.subscriptions, a)):
            return
        when = WHENS[b % len(WHENS)]
        effective = self.today + timedelta(days=when) if isinstance(when, int) else when
        what, plan, quantity = [
            ("set_quantity", None, 1 + b % 9), ("change_plan", PRICES[b % 3][0], None), ("pause", None, None),
            ("resume", None, None), ("set_quantity", None, 1 + b % 5), ("cancel", None, None),
        ][(a + b) % 6]  # fmt: skip
        change = Change(what, plan, quantity, effective)
        before = set(Document.objects.values_list("pk", flat=True))
        quote = quoting.quote(actor=self.boss, subscription=subscription, change=change, at=self.at, today=self.today)
        applying.apply(actor=self.boss, token=quote.token, at=self.at, today=self.today)
        applying.apply(actor=self.boss, token=quote.token, at=self.at, today=self.today)
        issued = Document.objects.exclude(pk__in=before)
        assert sum(document.total_minor for document in issued) == quote.outcome["total_minor"]
        assert sum(document.tax_minor for document in issued) == quote.outcome["tax_minor"]
        assert (
            run.preview(subscription, quoting.histories.history_of(subscription), self.today) == []
            or quote.effective_on > self.today
        )

    def undo(self, a: int, b: int) -> None:
        if (subscription := self._pick(self.subscriptions, a)) and (event := self._pick(list(subscription.events.all()), b)):
            applying.undo_scheduled(actor=self.boss, event=event, at=self.at, today=self.today)

    def override(self, a: int, b: int) -> None:
        if subscription := self._pick(self.subscriptions, a):
            price = Decimal(b) / 7 if b % 3 else None
            price = price.quantize(Decimal("0.01")) if price else None
            events.add(
                actor=None, subscription=subscription, what="override_price", effective_on=self.today - timedelta(days=b % 20),
                at=self.at, price_override=price,
            )  # fmt: skip

    def bill(self, a: int, b: int) -> None:
        day = self.today - timedelta(days=a % 40 if b % 4 == 0 else 0)
        tried = trying.bill_due(on=day, judges=())
        assert tried.failures == []
        if b % 5:
            result = carrying.bill_due(on=day, at=self.at, judges=())
            assert (result.failures, result.amounts, result.lines) == ([], tried.totals, tried.lines)
            assert carrying.bill_due(on=day, at=self.at, judges=()).documents == 0

    def use(self, a: int, b: int) -> None:
        if subscription := self._pick(self.subscriptions, a):
            used_at = self.at - timedelta(days=b % 45)
            measured = usage.Measurement(subscription.ref, "calls", str(uuid4()), used_at, Decimal((b % 30) - 8))
            usage.record([measured], at=self.at)

    def pay(self, a: int, b: int) -> None:
        if document := self._pick(self._open(), a):
            amounts = {document.pk: max(1, document.open_minor * (b % 5) // 4)} if b % 3 else None
            payments.pay(self.root, document, card=CARDS[b % len(CARDS)], at=self.at, amounts=amounts)

    def ask(self, a: int, b: int) -> None:
        collecting.ask_unknown(at=self.at)
        refunds.ask_unknown(at=self.at)

    def receive(self, a: int, b: int) -> None:
        named = [self._pick(self._open(), a)] if b % 2 and self._open() else None
        payer, seller = self._anybody(a), billing.seller(("accord", "other")[b % 2])
        receiving.receive(
            actor=None, payer=payer, amount=Money(1 + b * 37, ("EUR", "JPY")[a % 2]), seller=seller, key=uuid4(), at=self.at,
            documents=[document for document in named if document.currency == ("EUR", "JPY")[a % 2]] if named else None,
        )  # fmt: skip

    def credit(self, a: int, b: int) -> None:
        if line := self._pick(list(Line.objects.filter(corrects=None, amount_minor__gt=0).order_by("pk")), a):
            left = line.amount_minor - line.credited_minor
            amount = None if b % 3 == 0 else max(1, left * (b % 7) // 7)
            credit_notes.credit_line(
                actor=None, line=line, reason="Goodwill", on=self.today, at=self.at, key=str(uuid4()), amount_minor=amount
            )

    def void(self, a: int, b: int) -> None:
        if document := self._pick(list(Document.objects.filter(kind="invoice").order_by("pk")), a):
            credit_notes.credit_document(
                actor=None, document=document, reason="Void", on=self.today, at=self.at, key=str(uuid4())
            )

    def give(self, a: int, b: int) -> None:
        amount = Money(1 + b * 11, ("EUR", "JPY")[b % 2])
        seller = billing.seller(("accord", "other")[a % 2])
        single.give_credit(
            actor=None, customer=self._anybody(a), legal_entity=seller, amount=amount, reason="Sorry", on=self.today, at=self.at
        )

    def write_off(self, a: int, b: int) -> None:
        if document := self._pick(self._open(), a):
            settling.write_off(document=document, reason="Gone", on=self.today, at=self.at, actor=None)

    def refund(self, a: int, b: int) -> None:
        if payment := self._pick(list(Payment.objects.order_by("pk")), a):
            owner = self._pick([payment.payer, *(share.document.customer for share in payment.shares.all())], b)
            amount = max(1, payment.amount_minor * (b % 4) // 3)
            refunds.refund(
                actor=None, payment=payment, amount_minor=amount, reason="Back", key=uuid4(), at=self.at, customer=owner,
                to=("origin", "credit")[b % 2],
            )  # fmt: skip

    def charge_back(self, a: int, b: int) -> None:
        if payment := self._pick(list(Payment.objects.order_by("pk")), a):
            how = receiving.charge_back if b % 3 else receiving.reverse_charge_back
            how(payment=payment, amount_minor=max(1, payment.amount_minor * (b % 4) // 3), key=str(b % 5), at=self.at)

    def come_back(self, a: int, b: int) -> None:
        """Money given back returns to us: the card is closed."""
        if refund := self._pick(list(Refund.objects.order_by("pk")), a):
            refunds.come_back(refund, Answer(Outcome.DECLINED, reason="closed"), self.at)

    def remedy(self, a: int, b: int) -> None:
        """Import what was billed before, complain about it and put it right; twice is once."""
        rate = ("0.19", "0", "0.07")[a % 3]
        case = support.case(100 + b * 13, agent=self.agent, customer=self._anybody(a), at=self.at, tax_rate=rate)
        first = case.grant(at=self.at)
        with pytest.raises(Refusal):
            case.grant(at=self.at, resolve=False)
        assert first.document.total_minor == -first.amount_minor

    def payer(self, a: int, b: int) -> None:
        responsibilities.set_payer(
            actor=None,
            customer=self._anybody(a),
            payer=self._anybody(b),
            since=self.today + timedelta(days=a % 20 - 5),
            at=self.at,
        )

    def move(self, a: int, b: int) -> None:
        site = Customer.objects.get(pk=self.sites[a % 2].pk)
        to = Customer.objects.get(pk=(self.root, self.division)[b % 2].pk)
        moves.move(actor=self.boss, customer=site, to=to, at=self.at)

    def _anybody(self, a: int) -> Customer:
        known = [self.root, self.division, *self.sites]
        return Customer.objects.get(pk=known[a % len(known)].pk)

    def _open(self) -> list[Document]:
        return list(Document.objects.open().order_by("pk"))

    @staticmethod
    def _pick(things: list[Any], a: int) -> Any:
        return things[a % len(things)] if things else None


PRICES = [("PRO", "62.00"), ("MAX", "99.99"), ("LATER", "10.01")]
TERMS = [
    ("EUR", "0.19", {}),
    ("JPY", "0.10", {"alignment": {"type": "anniversary"}}),
    ("EUR", "0.07", {"legal_entity": None, "bill_cancellation_day": True}),
]
DEEDS: dict[str, Callable[[Life, int, int], None]] = {
    name: deed for name, deed in vars(Life).items() if callable(deed) and not name.startswith("_")
}
often = ["subscribe", "change", "change", "change", "bill", "bill", "pay", "undo", "use"]
deeds = st.tuples(
    st.sampled_from(sorted(DEEDS) + often), st.integers(0, 60), st.integers(0, 60), st.sampled_from([0, 0, 1, 3, 9, 17, 31])
)


def _faults() -> list[str]:
    found = [*ledger.faults(), *proof.faults(), *payment_proof.faults(), *remedies.faults()]
    days: dict[tuple[Any, ...], Any] = {}
    for cover in Coverage.objects.order_by("subscription_id", "charge_code", "days"):
        key = (cover.subscription_id, cover.charge_code)
        if key in days and cover.days.lower < days[key]:
            found.append(f"{cover} overlaps")
        days[key] = cover.days.upper
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(deeds, min_size=4, max_size=30))
def test_books_stay_right_whatever_happens(life_of):
    with _rolled_back():
        billing.seller()
        TERMS[2][2]["legal_entity"] = billing.seller("other")
        life = Life()
        life.subscribe(0, 1), life.subscribe(1, 4), life.subscribe(2, 8)
        for name, a, b, days in life_of:
            life.today += timedelta(days=days)
            try:
                with _savepoint():
                    DEEDS[name](life, a, b)
            except Refusal:
                continue
            assert _faults() == [], name
        assert carrying.bill_due(on=life.today, at=life.at, judges=()).failures == []
        assert _faults() == []
