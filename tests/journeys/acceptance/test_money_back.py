"""Money back: what was paid twice goes back to where it came from or stays for the next invoice; a change is taken back alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.acceptance import own_customer
from tests.journeys.walking import look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
ONE = (("1", 5, 12_000),)
PAID_TWICE = """
import json
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from billing.invoices.models import Document
from billing.money import Money
from billing.payments import collecting, receiving
from billing.payments.gateways import sandbox

at = timezone.now()
document = Document.objects.select_related("customer", "legal_entity").get(ref="{ref}")
card = sandbox.tokenise("4242424242424242", f"{{at + timedelta(days=900):%m/%y}}", on=at.date())
second = collecting.start(actor=None, payer=document.customer, documents=[document], method=card, key=uuid4(), at=at)
receiving.receive(
    actor=None, payer=document.customer, amount=Money(document.open_minor, document.currency), seller=document.legal_entity,
    key=uuid4(), at=at, documents=[document],
)
collecting.carry_out(second.pk, at)
print(json.dumps(second.ref))
"""


@pytest.mark.parametrize(
    ("answer", "said", "still_credit"),
    [
        ("Send it back the way it came", r"Done: 120\.00\sEUR go back to .+\.", False),
        ("Keep it for the next invoice", r"Done: it stays as credit and pays towards the next invoice\.", True),
    ],
)
def test_payment_made_twice_goes_the_way_the_customer_says(signed_in, accord, answer, said, still_credit):
    """Once asked and answered it is not asked again; credit that is kept lowers what is owed by as much."""
    customer = own_customer.plant(accord, billed=ONE)
    person = signed_in(customer.email)
    before = own_customer.owed(person, customer)
    own_customer.told_by(accord, PAID_TWICE.format(ref=customer.invoice("1")))
    person.goto(f"/portal/customers/{customer.number}/payments/")
    expect(person.get_by_text("120.00 EUR of your money is left over")).to_be_visible()
    expect(person.get_by_text(f"{customer.invoice('1')} was paid twice.")).to_be_visible()
    look_at(person, "paid-twice")
    person.get_by_role("button", name=re.compile(f"^{answer}")).click()
    expect(person.get_by_text(re.compile(said))).to_be_visible()
    look_at(person, "paid-twice-answered")
    person.goto(f"/portal/customers/{customer.number}/payments/")
    expect(person.get_by_text("of your money is left over")).to_have_count(0)
    assert own_customer.owed(person, customer) == before - 12_000 - (12_000 if still_credit else 0)
    assert accord.manage("verify_books") == ""


def test_customer_takes_back_a_change_of_their_own_before_it_begins(signed_in, accord):
    """Five more seats from the next period stand as about to change; one click takes them back, and nothing was billed."""
    customer = own_customer.plant(accord)
    person = signed_in(customer.email)
    before = own_customer.owed(person, customer)
    person.goto(f"/portal/customers/{customer.number}/contracts/")
    person.get_by_role("row").filter(has_text="Workspace Team").first.get_by_role("link", name="Change").click()
    person.get_by_label("How many", exact=True).last.fill("15")
    person.get_by_role("radio", name=re.compile("next (period|invoice)", re.IGNORECASE)).first.check()
    person.get_by_role("button", name="See the price").click()
    person.get_by_role("button", name=re.compile("^Confirm")).click()
    coming = person.locator("#contract").get_by_text("What is about to change")
    expect(coming).to_be_visible()
    look_at(person, "change-to-come")
    person.locator("#contract").get_by_role("button", name="Undo").click()
    expect(coming).to_have_count(0)
    expect(person.get_by_role("row").filter(has_text="Workspace Team").first).to_contain_text("10")
    look_at(person, "change-taken-back")
    assert own_customer.owed(person, customer) == before
    assert accord.manage("verify_books") == ""
