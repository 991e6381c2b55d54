"""Late in the evening of Greenwich it is the next day in Berlin: what happens to a customer happens on its own day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.customers import addresses, responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.quality import confirming, merging, scores, sources, splitting
from accounts.quality.models import Confirmation
from tests.factories import people, tree_changes
from tests.factories.customers import below, group
from tests.factories.sources import said

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
GREENWICH, BERLIN = date(2026, 11, 27), date(2026, 11, 28)


def division(zone="Europe/Berlin"):
    made = below(group("Helios"), "Europe", "division", timezone=zone)
    return made, below(made, "Dock")


def ask(customer, on, **parts):
    given = {"name": "Europe North", "parts": parts, "on": on, "at": LATE}
    return splitting.ask(actor=people.agent(), customer=customer, **given)


def test_split_cannot_be_asked_for_a_day_that_is_over_where_the_customer_is():
    europe, dock = division()

    with pytest.raises(Refusal, match="today or within a year"):
        ask(europe, GREENWICH, children=[dock.pk])

    assert ask(europe, BERLIN, children=[dock.pk]).effective_on == BERLIN


def test_split_of_the_customer_s_today_happens_when_it_is_approved():
    europe, dock = division()
    split = ask(europe, BERLIN, children=[dock.pk])

    assert splitting.approve(actor=people.supervisor(), split=split, at=LATE).status == "done"


@pytest.mark.parametrize(("zone", "happened"), [("Europe/Berlin", 1), ("America/New_York", 0)])
def test_approved_split_waits_for_the_day_to_begin_where_the_customer_is(zone, happened):
    europe, dock = division(zone)
    split = ask(europe, GREENWICH + timedelta(days=2), children=[dock.pk])
    splitting.approve(actor=people.supervisor(), split=split, at=LATE)

    assert splitting.apply_due(at=LATE + timedelta(days=1)) == happened


def test_address_goes_along_from_the_customer_s_own_day():
    europe, _ = division()
    kept = tree_changes.address(europe)
    split = splitting.approve(actor=people.supervisor(), split=ask(europe, BERLIN, addresses=[kept.pk]), at=LATE)

    kept.refresh_from_db()
    assert (kept.until, addresses.of_customer(split.made).get().since) == (BERLIN, BERLIN)


def test_survivor_answers_for_the_merged_customer_from_its_own_day():
    kept, twin = below(group("Helios")), below(group("Helios again"))
    paid = below(twin)
    responsibilities.set_payer(actor=None, customer=paid, payer=twin, since=date(2026, 1, 1), at=LATE)
    merge = merging.ask(actor=people.agent(), retired=twin, survivor=kept, note="", at=LATE)

    merging.approve(actor=people.supervisor(), merge=merge, at=LATE)

    assert responsibilities.payer_of(paid, GREENWICH) == twin
    assert responsibilities.payer_of(paid, BERLIN) == kept


@pytest.mark.parametrize(("zone", "kept"), [("Europe/Berlin", 2), ("UTC", 1)])
def test_details_are_confirmed_once_on_each_day_of_the_customer(zone, kept):
    customer = group("Helios", timezone=zone)
    actor = people.administrator(customer)

    for moment in (LATE - timedelta(hours=1), LATE):
        confirming.confirm(actor=actor, customer=customer, at=moment)

    assert Confirmation.objects.filter(customer=customer).count() == kept


def test_details_go_stale_by_the_customer_s_own_calendar():
    customer = Customer.objects.select_related("kind").get(pk=group("Helios").pk)
    subject = scores.subject_of(customer, datetime(2025, 11, 27, 22, 30, tzinfo=UTC), LATE)

    assert (subject.confirmed_on, subject.on) == (date(2025, 11, 27), BERLIN)


def test_reason_of_a_source_names_the_customer_s_own_day():
    customer = group("Helios")
    said(customer, told_at=LATE, verified=True)

    [matter] = sources.of_customer(customer)

    assert matter.choice.why == "CRM was verified last, on 28 Nov 2026"
