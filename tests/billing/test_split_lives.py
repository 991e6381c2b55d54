"""Contracts that are split off and come back, in whatever order: every day is billed once and for the same money as if never."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.quality import splitting
from accounts.quality.split_models import Split
from billing.contracts import events
from billing.invoices import proof
from billing.invoices.models import Document, Line
from billing.invoices.running import carrying
from billing.ledger import proof as ledger
from tests.factories import billing, people
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db

START = date(2026, 1, 10)
STEPS = st.tuples(st.sampled_from(("bill", "bill", "seats", "split", "undo")), st.integers(0, 1), st.integers(1, 9))


class Life:
    """A customer with two contracts, and every customer that was split off from it."""

    def __init__(self) -> None:
        self.today = START
        self.asking, self.deciding = people.agent(), people.supervisor()
        self.customer = below(group("Group", at=self.at), "Division", "division", at=self.at)
        version = billing.version(price="62.00")
        self.running = [billing.subscribed(self.customer, version, quantity=2, on=START, at=self.at) for _ in range(2)]

    @property
    def at(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    def bill(self, _: int, days: int) -> None:
        self.today += timedelta(days=days * 5)
        assert carrying.bill_due(on=self.today, at=self.at, judges=()).failures == []

    def seats(self, which: int, quantity: int) -> None:
        events.add(
            actor=None,
            subscription=self.running[which],
            what="set_quantity",
            quantity=quantity,
            effective_on=self.today,
            at=self.at,
        )

    def split(self, which: int, _: int) -> None:
        parts = {"contracts": [self.running[which].contract_id]}
        asked = splitting.ask(actor=self.asking, customer=self.customer, name="North", parts=parts, on=self.today, at=self.at)
        splitting.approve(actor=self.deciding, split=asked, at=self.at)

    def undo(self, which: int, _: int) -> None:
        for done in Split.objects.filter(status=Split.Status.DONE).order_by("-pk")[which : which + 1]:
            splitting.undo(actor=self.deciding, split=done, at=self.at)

    def told(self) -> tuple[Any, ...]:
        """Every line by subscription and days, the net of all documents, and what does not hold in the books."""
        place = {held.pk: number for number, held in enumerate(self.running)}
        lines = Line.objects.filter(subscription__in=self.running).values_list("subscription", "since", "until", "amount_minor")
        net = sum(document.subtotal_minor for document in Document.objects.all())
        return sorted((place[held], *rest) for held, *rest in lines), net, [*proof.faults(), *ledger.faults()]


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def lived(steps: list[tuple[str, int, int]], without: set[str]) -> tuple[Any, ...]:
    with _rolled_back():
        life = Life()
        for what, which, number in [step for step in steps if step[0] not in without]:
            try:
                with transaction.atomic():
                    getattr(life, what)(which, number)
            except Refusal:
                continue
        life.bill(0, 9)
        return life.told()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=3, max_size=12))
def test_splits_and_their_undoing_change_no_line_and_no_day(steps):
    apart = lived(steps, without=set())

    assert apart == lived(steps, without={"split", "undo"})
    assert apart[2] == []


def test_contract_that_was_split_off_is_billed_to_its_new_customer_and_back():
    life = Life()
    for what, number in (("bill", 5), ("split", 1), ("bill", 6), ("undo", 1), ("bill", 6)):
        getattr(life, what)(0, number)
    billed = Document.objects.filter(lines__subscription=life.running[0]).order_by("pk").values_list("customer__name", flat=True)

    assert list(billed)[0] == "Division"
    assert "North" in billed
    assert list(billed)[-1] == "Division"
