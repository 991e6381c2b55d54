"""The clock bills everybody on their own day, once, however often it asks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing import tasks
from billing.dunning import plans
from billing.dunning.models import PaymentPlan
from billing.invoices import run
from billing.invoices.models import Document
from billing.invoices.running import carrying
from tests.factories import billing, people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # the first of February in Berlin, not yet in New York


def bought(name, zone):
    customer = group(name, timezone=zone)
    billing.subscribed(customer, billing.version(f"PLAN-{name}"), on=date(2026, 1, 1), timezone=zone)
    run.bill(payer=customer, on=date(2026, 1, 1), at=billing.NOON)
    return customer


def billed(customer):
    return list(Document.objects.filter(customer=customer).order_by("pk").values_list("issued_on", flat=True)[1:])


def test_each_is_billed_on_their_own_day_and_once():
    berlin, boston = bought("Berlin", "Europe/Berlin"), bought("Boston", "America/New_York")

    first, again = (carrying.bill_as_days_begin(at=LATE) for _ in range(2))
    assert (billed(berlin), billed(boston)) == ([date(2026, 2, 1)], [])
    carrying.bill_as_days_begin(at=LATE.replace(month=2, day=1, hour=6))

    assert billed(boston) == [date(2026, 2, 1)]
    assert (first.documents, again.documents) == (1, 0)


def test_task_of_the_clock_bills_and_says_who_could_not_be_billed(monkeypatch):
    customer = bought("Berlin", "Europe/Berlin")
    told = []
    monkeypatch.setattr(tasks.log, "error", lambda event, **facts: told.append((event, facts["payer"])))
    monkeypatch.setattr(tasks.timezone, "now", lambda: LATE)

    tasks.bill_what_is_due()

    assert (billed(customer), told) == ([date(2026, 2, 1)], [])


@pytest.mark.parametrize(("days", "code"), [(364, "plan_broken_before"), (365, "allowed")])
def test_year_after_a_broken_plan_is_counted_from_the_payer_s_own_day(days, code):
    payer = group("Berlin", timezone="Europe/Berlin")
    owed, actor = billing.invoice(payer, 20000), people.payer(payer)
    PaymentPlan.objects.create(
        customer=payer, currency="EUR", total_minor=20000, status="broken", agreed_by=actor, agreed_at=billing.NOON, ended_at=LATE
    )
    today = date(2026, 2, 1) + timedelta(days=days)

    assert plans.decide(actor, [owed], count=2, first_on=today, today=today).code == code
