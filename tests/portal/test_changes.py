"""Changing a contract: the exact price, one confirmation, an invoice to the cent; and taking back what is still to come."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.segments.models import Condition
from billing.amendments.models import Quote
from billing.contracts import events, state
from billing.contracts.models import ContractEvent
from billing.invoices import run, upcoming
from billing.invoices.models import Document
from tests.factories import billing
from tests.factories.customers import below, group
from tests.factories.people import manager, member, supervisor
from tests.portal.visiting import NOW, TODAY, browser_of, hidden, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def berlin():
    return below(group("Helios Group"), "Berlin", timezone="Europe/Berlin")


@pytest.fixture
def bought(berlin):
    """Twelve seats at 62.00 EUR a month since 1 January, billed for January."""
    billing.version("BUSINESS", "100.00", rank=1)
    subscription = billing.subscribed(berlin, billing.version("PRO", "62.00"), quantity=12)
    run.bill(payer=berlin, on=billing.FIRST_DAY, at=billing.NOON)
    return subscription


@pytest.fixture
def visitor(berlin):
    return browser_of(member(berlin))


def ask(visitor, bought, **change):
    given = {"what": "set_quantity", "quantity": 16, "effective": "now"} | change
    return visitor.post(reverse("portal:quotes", args=[bought.ref]), given)


def confirm(visitor, quote):
    return visitor.post(reverse("portal:applications", args=[quote.pk]))


def quantity(bought):
    return state.as_of(bought, TODAY).quantity


def test_seats_are_changed_with_the_price_first_and_billed_to_the_cent(visitor, bought):
    page = visitor.get(ask(visitor, bought).url)
    quote = Quote.objects.get()

    assert "Confirm: 128.00 EUR today, 992.00 EUR a month from 1 Feb 2026" in words(page)
    assert Document.objects.count() == 1, "asking for the price bills nothing"
    done = visitor.get(confirm(visitor, quote).url)
    issued = Document.objects.latest("pk")
    assert issued.total_minor == quote.outcome["total_minor"] == 12800
    assert f"Done. {issued.ref} has the difference." in words(done)
    assert quantity(bought) == 16


def test_price_tells_before_and_after_line_by_line(visitor, bought):
    told = words(visitor.get(ask(visitor, bought).url))

    assert "How many 12 16 Price, net 744.00 EUR a month 992.00 EUR a month" in told
    assert "Unused days" in told
    assert "16 Jan 2026 – 31 Jan 2026" in told
    assert "Why this amount?" in told


def test_fewer_seats_give_back_today(visitor, bought):
    told = words(visitor.get(ask(visitor, bought, quantity=8).url))

    assert "Confirm: 128.00 EUR back today, 496.00 EUR a month from 1 Feb 2026" in told


def test_discount_is_counted_in_what_the_button_says(visitor, berlin, bought):
    approved = {"asked_by": manager(), "asked_at": billing.NOON, "approved_by": supervisor(), "approved_at": billing.NOON}
    Condition.objects.create(kind="discount", value="10", since=TODAY, customer=berlin, **approved)

    told = words(visitor.get(ask(visitor, bought).url))

    assert "Confirm: 76.80 EUR today, 892.80 EUR on 1 Feb 2026" in told
    assert "Price before discounts, net 744.00 EUR a month 992.00 EUR a month" in told


def test_discount_is_named_with_whose_agreement_it_is(visitor, berlin, bought):
    approved = {"asked_by": manager(), "asked_at": billing.NOON, "approved_by": supervisor(), "approved_at": billing.NOON}
    Condition.objects.create(kind="discount", value="5", since=TODAY, customer=berlin, **approved)
    over = {"since": TODAY - timedelta(days=30), "until": TODAY}
    Condition.objects.create(kind="discount", value="50", customer=berlin, **over, **approved)

    told = words(visitor.get(ask(visitor, bought).url))

    assert f"Discount 5 %, agreed for {berlin.name}" in told
    assert "50 %" not in told


def test_pause_says_that_it_pauses_and_what_comes_back_today(visitor, bought):
    told = words(visitor.get(ask(visitor, bought, what="pause").url))

    assert "Confirm: paused from 16 Jan 2026, 384.00 EUR back today" in told
    assert "Nothing is billed until you resume." in told
    assert "No further invoice follows" not in told


def test_other_plan_is_changed_with_the_next_period(visitor, bought):
    page = visitor.get(ask(visitor, bought, what="change_plan", plan="BUSINESS", effective="next_period").url)

    assert "Confirm: nothing today, 1,200.00 EUR a month from 1 Feb 2026" in words(page)
    assert "Plan Pro Business" in words(page)
    visitor.post(reverse("portal:applications", args=[Quote.objects.get().pk]))
    assert state.as_of(bought, TODAY + timedelta(days=20)).plan.name == "Business"
    assert Document.objects.count() == 1


def test_confirming_twice_changes_and_bills_once(visitor, bought):
    ask(visitor, bought)
    quote = Quote.objects.get()

    answers = [confirm(visitor, quote), confirm(visitor, quote)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert ContractEvent.objects.filter(what="set_quantity").count() == 1
    assert Document.objects.count() == 2


def test_price_of_a_contract_changed_meanwhile_is_refused_where_it_was_confirmed(visitor, bought):
    ask(visitor, bought)
    events.add(actor=None, subscription=bought, what="set_quantity", quantity=13, effective_on=TODAY, at=NOW)

    answer = confirm(visitor, Quote.objects.get())

    assert answer.status_code == 422
    assert "The contract was changed meanwhile: 13 seats." in words(answer)
    assert quantity(bought) == 13


def test_price_holds_half_an_hour_and_can_be_asked_for_again(visitor, bought, clock):
    ask(visitor, bought, effective="day", on="2026-01-20")
    quote = Quote.objects.get()
    clock.shift(timedelta(minutes=30))

    page, answer = visitor.get(reverse("portal:quote", args=[quote.pk])), confirm(visitor, quote)

    assert "This price was good for half an hour" in words(page)
    assert "Confirm:" not in words(page)
    assert answer.status_code == 422
    again = f"/portal/subscriptions/{bought.ref}/change/?what=set_quantity&amp;quantity=16&amp;effective=day&amp;on=2026-01-20"
    assert again in answer.content.decode()
    assert quantity(bought) == 12


def test_form_starts_with_what_the_address_says(visitor, bought):
    page = visitor.get(f"/portal/subscriptions/{bought.ref}/change/?quantity=16&effective=next_period&what=nonsense")

    assert page.context["form"]["quantity"].value() == "16"
    assert page.context["form"]["effective"].value() == "next_period"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quantity": 12}, "The subscription has 12 already."),
        ({"quantity": ""}, "Say how many."),
        ({"quantity": 0}, "Ensure this value is greater than or equal to 1."),
        ({"what": "change_plan"}, "Choose a plan."),
        ({"what": "change_plan", "plan": "PRO"}, "The subscription runs on this plan already."),
        ({"effective": "day"}, "Choose the day."),
        ({"effective": "day", "on": "2026-01-15"}, "A change takes effect today or later, not on 2026-01-15."),
        ({"what": "cancel", "ends": "day", "on": "2026-01-20"}, "it can end on that day or later."),
        ({"what": "resume"}, "Select a valid choice."),
    ],
)
def test_change_that_makes_no_sense_is_refused_on_the_form_with_what_was_typed(visitor, bought, change, reason):
    answer = ask(visitor, bought, **change)

    assert answer.status_code == 422
    assert reason in words(answer)
    assert answer.context["form"]["effective"].value() == change.get("effective", "now")
    assert not Quote.objects.exists()


def test_day_of_a_change_is_the_contracts_own(visitor, bought, clock):
    clock.move_to(NOW.replace(hour=23, minute=30))

    ask(visitor, bought)

    assert Quote.objects.get().effective_on == TODAY + timedelta(days=1), "past midnight in Berlin"


def test_planned_change_is_taken_back(visitor, bought):
    event = events.add(
        actor=None, subscription=bought, what="set_quantity", quantity=20, effective_on=TODAY + timedelta(days=9), at=NOW
    )

    page = visitor.get(visitor.post(reverse("portal:undos", args=[event.pk])).url)

    assert "Taken back. Everything stays as it is." in words(page)
    assert state.as_of(bought, TODAY + timedelta(days=10)).quantity == 12


def test_next_invoice_comes_on_its_day_when_a_planned_change_is_taken_back(visitor, berlin, bought):
    before = upcoming.next_day([berlin], today=TODAY)
    event = events.add(
        actor=None, subscription=bought, what="set_quantity", quantity=20, effective_on=before + timedelta(days=40), at=NOW
    )

    visitor.post(reverse("portal:undos", args=[event.pk]))

    assert upcoming.next_day([berlin], today=TODAY) == before > TODAY


def test_change_in_force_is_not_taken_back_and_the_page_says_why(berlin, bought, clock):
    event = events.add(actor=None, subscription=bought, what="set_quantity", quantity=20, effective_on=TODAY, at=NOW)
    clock.shift(timedelta(days=1))

    answer = browser_of(member(berlin)).post(reverse("portal:undos", args=[event.pk]))

    assert answer.status_code == 422
    assert "Nothing was changed" in words(answer)
    assert quantity(bought) == 20


def test_contract_cancelled_before_its_first_day_is_shown_and_can_no_longer_be_changed(visitor, berlin):
    starts = TODAY + timedelta(days=30)
    bought = billing.subscribed(berlin, billing.version("PRO", "62.00"), quantity=3, on=starts, at=NOW)
    events.add(actor=None, subscription=bought, what="cancel", effective_on=starts, at=NOW)

    page = visitor.get(reverse("portal:contract", args=[bought.contract.ref]))

    assert page.status_code == 200
    assert "Cancelled" in words(page)
    assert ask(visitor, bought).status_code == 422


def test_reader_sees_the_contract_and_why_it_cannot_be_changed(berlin, bought):
    page = browser_of(member(berlin, "reader")).get(reverse("portal:contracts", args=[berlin.number]))

    assert "Your role here does not include changing contracts." in words(page)
    assert not hidden(page, "key")
