"""A trade's template, and a household with one meter that works from end to end."""

from datetime import UTC, date, datetime
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.customers.models import Customer, CustomerKind
from backoffice.industries import planting
from backoffice.industries.templates import INDUSTRIES, PUBLIC_UTILITY
from billing.catalog.models import PlanVersion
from billing.invoices import run
from support.tickets.models import Ticket
from tests.factories import billing, people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def household(name="Ada Example"):
    billing.seller()
    planting.plant(PUBLIC_UTILITY, at=NOW)
    return planting.first_person(PUBLIC_UTILITY, name=name, on=date(2026, 1, 1), units=120, at=NOW)


def test_person_with_one_meter_sees_its_use_is_billed_for_it_and_asks_for_help(clock):
    metered = household()
    person = metered.customer
    ada = people.administrator(person)
    browser = browser_of(ada)

    used = words(browser.get(reverse("portal:usage", args=[person.number])))
    browser.post(reverse("portal:tickets", args=[person.number]),
                 {"subject": "My meter", "text": "Is it read right?", "kind": "technical", "key": uuid4()})  # fmt: skip
    clock.move_to(datetime(2026, 2, 1, 12, tzinfo=UTC))
    issued = run.bill(payer=person, on=date(2026, 2, 1), at=datetime(2026, 2, 1, 12, tzinfo=UTC))

    assert "Kilowatt hours" in used and "120" in used
    lines = sorted(line.amount_minor for document in issued for line in document.lines.all())
    assert lines == [990, 990, 3840], "two months in advance at 9.90, 120 kWh at 0.32"
    assert issued[0].ref in words(browser_of(ada).get(reverse("portal:invoices", args=[person.number])))
    assert Ticket.objects.get().customer == person
    assert "Household" in words(browser_of(ada).get(reverse("portal:home", args=[person.number])))


def test_template_planted_again_changes_nothing_and_keeps_what_managers_changed():
    first = planting.plant(PUBLIC_UTILITY, at=NOW)

    again = planting.plant(PUBLIC_UTILITY, at=NOW)

    assert (first.kinds, first.plans) == (6, 3)
    assert (again.kinds, again.plans) == (0, 0)
    assert CustomerKind.objects.get(pk="site").label == "Point of delivery"


@pytest.mark.parametrize("code", sorted(INDUSTRIES))
def test_every_template_names_kinds_there_are_and_plans_that_can_be_sold(code):
    planting.plant(INDUSTRIES[code], at=NOW)

    assert set(INDUSTRIES[code].words) <= set(CustomerKind.objects.values_list("pk", flat=True))
    assert PlanVersion.objects.count() == sum(len(ware.tariffs) for ware in INDUSTRIES[code].wares)


def test_command_tells_what_it_did_and_the_same_person_is_one_customer():
    billing.seller()
    for _ in range(2):
        told = StringIO()
        call_command("seed_industry", "public-utility", person="Ada Example", stdout=told)

    assert "0 kinds renamed, 0 plans put on sale." in told.getvalue()
    assert Customer.objects.filter(name="Ada Example").count() == 1


def test_person_needs_somebody_who_sells():
    with pytest.raises(CommandError, match="Say who sells first"):
        call_command("seed_industry", "public-utility", person="Ada Example", stdout=StringIO())

    assert not Customer.objects.filter(name="Ada Example").exists()
