"""Where invoices, deliveries and visits go, as a customer's people ask for it: at once, for days, and with what held before."""

from datetime import date, timedelta

import pytest

from accounts.customers import addresses
from accounts.decisions import Refusal
from accounts.quality import changes, sent_to
from accounts.quality.models import ChangeRequest
from tests.factories import people
from tests.factories.customers import NOON, group

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
NEXT = TODAY + timedelta(days=30)
DESK = {"purpose": "invoices", "street": "Hafen 1", "city": "Kiel", "country": "DE", "attention": "Accounts"}


@pytest.fixture
def oxbow():
    return group("Oxbow Foods")


def ask(customer, *, on=TODAY, by=None, **wanted):
    asked = {"actor": by or people.member(customer), "customer": customer, "what": "sent_to", "effective_on": on, "at": NOON}
    return changes.ask(**asked, **wanted)


def held(customer, on):
    found = addresses.in_force([customer], "invoices", on).get(customer.pk)
    return str(found) if found else ""


def test_address_is_kept_at_once_also_for_a_day_to_come(oxbow):
    made = ask(oxbow, on=NEXT, **DESK)

    assert made.status == "done"
    assert (held(oxbow, TODAY), held(oxbow, NEXT)) == ("", "Hafen 1, Kiel, DE")


def test_request_keeps_where_things_went_before(oxbow):
    ask(oxbow, **DESK)

    made = ask(oxbow, on=NEXT, **DESK | {"street": "Hafen 2"})

    assert (made.before["street"], made.after["street"]) == ("Hafen 1", "Hafen 2")
    assert (held(oxbow, TODAY), held(oxbow, NEXT)) == ("Hafen 1, Kiel, DE", "Hafen 2, Kiel, DE")


def test_address_ends_from_its_day_and_things_go_to_the_own_address_again(oxbow):
    ask(oxbow, **DESK)

    ask(oxbow, on=NEXT, ends=str(oxbow.addresses.get().pk))

    assert (held(oxbow, TODAY), held(oxbow, NEXT)) == ("Hafen 1, Kiel, DE", "")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"purpose": "parties"}, "purpose_unknown"),
        ({"street": ""}, "incomplete"),
        ({"until": str(TODAY)}, "ends_before_it_begins"),
        ({"until": "soon"}, "no_day"),
        ({"ends": "999"}, "nothing_kept"),
        ({"ends": "x"}, "nothing_kept"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_asked(oxbow, wrong, code):
    with pytest.raises(Refusal) as refusal:
        ask(oxbow, **DESK | wrong)

    assert refusal.value.code == code
    assert not ChangeRequest.objects.exists() and not oxbow.addresses.exists()


def test_address_of_another_customer_is_not_ended(oxbow):
    other = group("Others")
    ask(other, **DESK)

    with pytest.raises(sent_to.NothingKept):
        ask(oxbow, ends=str(other.addresses.get().pk))

    assert held(other, NEXT) == "Hafen 1, Kiel, DE"


def test_the_same_address_is_not_asked_for_twice(oxbow):
    ask(oxbow, **DESK)

    with pytest.raises(sent_to.SameAlready):
        ask(oxbow, **DESK)


def test_reader_changes_nothing(oxbow):
    with pytest.raises(Refusal):
        ask(oxbow, by=people.member(oxbow, "reader"), **DESK)

    assert held(oxbow, date(2030, 1, 1)) == ""
