"""The demo world: it could have happened, it is there once, and its books are right on whatever day it is built."""

from datetime import UTC, datetime

import pytest

from accounts.customers import tree
from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.timeline.models import Delivery
from backoffice.demo import building
from billing.anomalies.models import Finding
from billing.catalog import plans
from billing.catalog.models import Plan
from billing.contracts import conditions
from billing.invoices import supplied
from billing.invoices.models import Document, Line
from billing.invoices.running.models import BillingWork
from billing.ledger import balances, proof
from billing.payments.bank import proof as bank_proof
from billing.payments.bank.models import BankLine
from billing.usage.models import UsageRecord
from support.remedies.kinds.refund_overpayment import RefundOverpayment
from support.remedies.models import Approval, FeedRow, Grant
from support.tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("committed")
MONDAY = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
PASSWORD = "for tests only"  # noqa: S105


def build(at=MONDAY):
    return building.build(at=at, password=PASSWORD)


def test_demo_world_is_the_one_the_stories_are_told_with_and_building_it_again_changes_nothing():
    first = build()
    again = build()

    assert first.is_new and not again.is_new
    assert (again.customers, again.documents, again.tickets) == (first.customers, first.documents, first.tickets)
    path = [node.name for node in Customer.objects.above(Customer.objects.get(ref="HL"))]
    assert path == ["Helios Group", "Helios Europe", "Helios Germany", "Berlin", "Lab"]
    assert [(f.line.document.ref, f.twin.document.ref, f.amount_minor) for f in open_findings_of("HB")] == [
        ("INV-2", "INV-1", 12_000),
        ("INV-9", "INV-8", 90_000),
    ]
    assert Document.objects.get(ref="INV-2").open_minor == 12_000
    assert (
        what_is_billed_of("messages") == {"S"} and what_is_billed_of("academy") == {"E"} and what_is_billed_of("parts") == {"K"}
    )
    assert Line.objects.filter(kind="usage", product__code="messages", amount_minor__gt=0).count() >= 12
    assert UsageRecord.objects.filter(subscription__customer__ref="NW").count() > 365
    assert Document.objects.filter(ref__in=["INV-1", "INV-8", "INV-9"], open_minor__gt=0).count() == 0
    assert price_of("insight-team", "HB") == "129.00" and price_of("insight-team", "KR") == "149.00"
    assert tree.check() == [] and proof.faults() == []


def test_who_paid_twice_wrote_about_it_and_an_agent_can_send_the_money_back():
    build()

    ticket = Ticket.objects.get(subject__endswith=" was paid twice")
    offered = RefundOverpayment().proposals(ticket)

    assert [RefundOverpayment().eligible(ticket, terms).allowed for terms in offered] == [True]
    assert RefundOverpayment().cost(offered[0]).amount_minor > 0


def price_of(plan, ref):
    """What a plan costs a customer that orders it on the day the world is built."""
    lists = conditions.price_lists_of(Customer.objects.get(ref=ref), MONDAY.date())
    version = plans.version_for(Plan.objects.get(code=plan), "EUR", MONDAY.date(), lists)
    return version.charges.get().params["price"]


def what_is_billed_of(product):
    """The categories of tax (UNTDID 5305) under which a product is billed."""
    lines = Line.objects.filter(product__code=product).select_related("document", "corrects", "product")
    return {supplied.category_of(line.document, line, [line]) for line in lines}


def open_findings_of(ref):
    found = Finding.objects.filter(customer__ref=ref, status="open").select_related("line__document", "twin__document")
    return found.order_by("line__document__ref")


def test_every_inbox_has_something_in_it_and_a_crowd_comes_in_the_numbers_asked_for():
    build()

    payer = Customer.objects.get(ref="HE")
    assert balances.owed_by_subtree(payer)["EUR"] > 12_000
    assert payer.payment_methods.count() == 1
    assert Grant.objects.filter(status="granted").count() == FeedRow.objects.count() == 5
    assert Approval.objects.get(status="waiting").grant.amount_minor == 64_260
    assert Delivery.objects.filter(status="waiting").count() < 90
    assert BankLine.objects.waiting().count() >= 2
    assert BankLine.objects.over().count() == 1
    assert bank_proof.faults() == []
    held = BillingWork.objects.held().get()
    assert (held.payer.ref, held.drafts[0]["total_minor"]) == ("LW", 149_00)
    assert held.reason.startswith("Order number missing")
    assert [line.amount_minor for line in Line.objects.filter(kind="coupon")] == [-17_36] * 3
    assert User.objects.get(email="newagent@accord.example").staff_profile.policy_acknowledged_at is None
    assert User.objects.get(email="member@us.helios.example").check_password(PASSWORD)

    asked = {"customers": 120, "subscriptions": 150, "tickets": 40}
    first = building.build(at=MONDAY, password=PASSWORD, crowd=asked)
    again = building.build(at=MONDAY, password=PASSWORD, crowd=asked)
    assert again == first
    assert Customer.objects.filter(ref__startswith="CROWD-").count() == 120
    assert tree.check() == []


@pytest.mark.long
@pytest.mark.parametrize("day", [(2026, 1, 31), (2028, 2, 29), (2026, 12, 31), (2026, 7, 1)])
def test_demo_world_stands_on_any_day_of_the_year(day):
    build(datetime(*day, 6, 5, tzinfo=UTC))

    assert tree.check() == [] and proof.faults() == []
    assert open_findings_of("HB").count() == 2
