"""What is a key here, on that day, and why: the nearest wins, locks hold, and a day gone by answers as it did."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.customers import details, moves
from accounts.policies import resolving
from accounts.policies.keys import KEYS, STRICTNESS
from accounts.policies.resolving import Saying, Source, fold, resolve, resolve_many
from tests.factories import customers, people, policies
from tests.factories.policies import NOON

TODAY = NOON.date()
AGENT = "remedy.agent_ticket_limit"
LATER = NOON + timedelta(days=10)


def said(customer, key=AGENT, on=TODAY):
    found = resolve(customer, key, on)
    return found.words, found.source.ref, found.source.where


@pytest.mark.django_db
def test_key_that_nobody_speaks_of_has_its_default():
    customer = customers.group()

    assert said(customer) == ("not limited", "default", "")
    assert said(customer, "staff.acknowledgement_days") == ("365 days", "default", "")


@pytest.mark.django_db
def test_nearest_place_wins_from_house_to_tier_to_node():
    tree = customers.helios()
    details.change(actor=None, customer=tree.group, at=NOON, tier="gold")
    policies.published({AGENT: "50.00 EUR"}, "house")
    policies.published({AGENT: "300.00 EUR"}, "gold", place="tier", tier="gold")
    policies.published({AGENT: "70.00 EUR"}, "germany", place="node", customer=tree.germany)

    assert said(customers.group()) == ("50.00 EUR", "house v1", "")
    assert said(tree.us) == ("300.00 EUR", "gold v1", "Gold")
    assert said(tree.lab) == ("70.00 EUR", "germany v1", "Helios Germany")
    assert [step.saying.source.ref for step in resolve(tree.lab, AGENT, TODAY).trace] == ["house v1", "gold v1", "germany v1"]


@pytest.mark.django_db
def test_lock_published_later_passes_over_what_stands_nearer_and_says_so():
    tree = customers.helios()
    policies.published({AGENT: "70.00 EUR"}, "germany", place="node", customer=tree.germany)
    policies.published({AGENT: "50.00 EUR | locked"}, "house")

    found = resolve(tree.berlin, AGENT, TODAY)

    assert (found.words, found.source.ref) == ("50.00 EUR", "house v1")
    assert [(step.taken, step.why) for step in found.trace][-1] == (False, "house v1 locks it at 50.00 EUR.")


@pytest.mark.django_db
def test_exception_speaks_over_a_lock_until_it_ends():
    tree = customers.helios()
    policies.published({AGENT: "50.00 EUR | locked"}, "house")

    excepted = policies.excepted(tree.berlin, AGENT, "90.00 EUR", until=TODAY + timedelta(days=5))

    assert said(tree.lab) == ("90.00 EUR", f"exception {excepted.pk}", "Berlin")
    assert said(tree.lab, on=TODAY + timedelta(days=5))[0] == "50.00 EUR"
    assert said(tree.germany)[0] == "50.00 EUR"


@pytest.mark.django_db
def test_day_gone_by_answers_as_it_did_after_everything_changed():
    tree = customers.helios()
    details.change(actor=None, customer=tree.group, at=NOON - timedelta(days=1), tier="gold")
    policies.published({AGENT: "50.00 EUR"}, "house")
    gold = policies.published({AGENT: "300.00 EUR"}, "gold", place="tier", tier="gold")
    policies.published({AGENT: "70.00 EUR"}, "germany", place="node", customer=tree.germany)
    before = resolve(tree.lab, AGENT, TODAY), resolve(tree.us, AGENT, TODAY)

    details.change(actor=None, customer=tree.group, at=LATER, tier="standard")
    moves.move(actor=people.manager(), customer=tree.berlin, to=tree.us, at=LATER)
    policies.published({AGENT: "20.00 EUR"}, "gold", at=LATER)
    policies.published({AGENT: "10.00 EUR | locked"}, "house", at=LATER)
    policies.excepted(tree.us, AGENT, "11.00 EUR", at=LATER)

    assert (resolve(tree.lab, AGENT, TODAY), resolve(tree.us, AGENT, TODAY)) == before
    assert before[1].source.version == gold.pk
    assert said(tree.lab, on=LATER.date())[0] == "11.00 EUR"


@pytest.mark.django_db
def test_any_number_of_keys_and_customers_takes_two_statements():
    tree = customers.helios()
    policies.published({AGENT: "50.00 EUR"}, "house")
    policies.published({AGENT: "70.00 EUR"}, "germany", place="node", customer=tree.germany)

    with CaptureQueriesContext(connection) as captured:
        found = resolve_many([tree.lab.pk, tree.us.pk, tree.berlin.pk], TODAY)

    assert len(captured) == 2
    assert {len(values) for values in found.values()} == {len(KEYS)}


PLACES = st.sampled_from([resolving.HOUSE, resolving.TIER, resolving.SEGMENT, resolving.NODE])
SAYINGS = st.lists(
    st.tuples(PLACES, st.integers(0, 400), st.sampled_from([str(below) for below in STRICTNESS]), st.integers(-5, 5)), max_size=8
)


def sayings(drawn):
    return [saying(number, *facts) for number, facts in enumerate(drawn)]


def saying(number, place, amount, below, depth):
    source = Source(place, str(depth), f"p{number}", 1)
    return Saying({"EUR": f"{amount}.00"}, below, source, (resolving.ORDER.index(place), depth, number))


@given(SAYINGS)
def test_nearest_that_is_allowed_wins_and_nothing_said_under_a_lock_is_taken(drawn):
    said = sayings(drawn)

    found = fold(KEYS[AGENT], reversed(said))

    ordered = [step.saying for step in found.trace]
    taken = [step.saying for step in found.trace if step.taken]
    assert ordered == sorted(said, key=lambda one: one.nearness)
    assert found.value == (taken[-1].value if taken else None)
    for place, one in enumerate(taken):
        later = taken[place + 1 :]
        assert one.below != "locked" or all(other.value == one.value for other in later)
        assert one.below != "tighten" or all(KEYS[AGENT].is_stricter(other.value, one.value) for other in later)
    refused = [step for step in found.trace if not step.taken]
    assert all(step.why for step in refused)
    assert all(one.below == "loosen" for one in said) <= (refused == [])


@given(SAYINGS, st.integers(0, 400))
def test_exception_is_the_last_word_whatever_was_locked(drawn, amount):
    exception = Saying({"EUR": f"{amount}.00"}, "loosen", Source(resolving.EXCEPTION, "x", version=7), (5, 0, 7))

    found = fold(KEYS[AGENT], [exception, *sayings(drawn)])

    assert (found.value, found.source.ref) == ({"EUR": f"{amount}.00"}, "exception 7")
