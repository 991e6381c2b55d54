"""What holds of stages is written by managers: ways out, who may enter, how long it may last, and who would move tonight."""

from datetime import timedelta

import pytest

from accounts.customers import details
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.segments import lifecycle, stage_previews, stage_rules
from accounts.segments.models import StageExit, StageRule
from accounts.timeline.models import Activity
from tests.factories import customers, people
from tests.factories.segments import NOON

pytestmark = pytest.mark.django_db


def way_out(stage: str, when: str, to: str, *, position: int = 9, why: str = "we said so", **facts) -> StageExit:
    facts = {"actor": people.manager(), "way": None, "at": NOON} | facts
    row = StageRule.objects.get(pk=stage)
    return stage_rules.define_exit(stage=row, when=when, to=to, position=position, why=why, **facts)


def entry(stage: str, rule: str, *, days: int = 0) -> StageRule:
    return stage_rules.define(actor=people.manager(), stage=stage, entry=rule, expects="anything", days=days, at=NOON)


def stage_of(customer: Customer) -> str:
    return Customer.objects.get(pk=customer.pk).stage


def test_every_stage_has_its_row_from_the_start():
    assert set(stage_rules.table()) == set(Customer.Stage.values)
    assert [way.to for way in stage_rules.table()["active"].exits] == ["ended", "renewal"]


def test_customer_takes_a_way_out_that_a_manager_wrote_with_its_reason():
    customer = customers.group(stage="prospect", country="AT")
    lifecycle.follow_all(at=NOON)

    way_out("prospect", "country is AT", "active", why="Austrians begin at once.")
    lifecycle.follow_all(at=NOON + timedelta(days=1))

    assert [(row.stage, row.why) for row in lifecycle.history(customer)][0] == ("active", "Austrians begin at once.")


def test_first_way_that_holds_counts_and_one_out_of_use_does_not():
    customer = customers.group(stage="prospect", country="AT")
    way_out("prospect", "country is AT", "ended", position=3, active=False)
    way_out("prospect", "country is AT", "renewal", position=2)
    way_out("prospect", "country is AT", "active", position=4)

    lifecycle.follow_all(at=NOON)

    assert stage_of(customer) == "renewal"


def test_history_tells_the_reason_of_the_way_that_was_taken():
    customer = customers.group(stage="prospect", country="AT")
    lifecycle.follow_all(at=NOON)
    way_out("prospect", "country is DE", "active", position=2, why="it is in Germany")
    way_out("prospect", "country is AT", "active", position=3, why="it is in Austria")

    lifecycle.follow_all(at=NOON + timedelta(days=1))

    assert lifecycle.current(customer).why == "It is in Austria."


def test_way_out_waits_until_the_stage_it_leads_to_lets_the_customer_in():
    customer = customers.group(stage="prospect", country="AT")
    way_out("prospect", "country is AT", "renewal")
    entry("renewal", "country is DE")

    lifecycle.follow_all(at=NOON)

    assert stage_of(customer) == "prospect"


def test_person_cannot_set_a_stage_that_the_customer_may_not_enter():
    customer = customers.group(stage="active", country="AT")
    entry("renewal", "days_to_term < 99999")

    with pytest.raises(details.FactsRefused) as caught:
        details.change(actor=people.manager(), customer=customer, at=NOON, stage="renewal")

    assert "Stage cannot be Renewal: " in caught.value.reason and "does not hold (found 99999)" in caught.value.reason
    assert stage_of(customer) == "active"


def test_stage_lasts_as_long_as_a_manager_says():
    customer = customers.group(stage="active", at=NOON)
    entry("active", "", days=5)

    lifecycle.follow_all(at=NOON + timedelta(days=6))

    assert [row.stuck_why for row in lifecycle.stuck().filter(customer=customer)] == ["6 days without anything; 5 are allowed."]


def test_preview_names_who_would_move_and_moves_nobody():
    found = customers.group("Helios", stage="prospect", country="AT")
    customers.group("Nordwind", stage="prospect", country="DE")
    way_out("prospect", "country is AT", "active", why="it is in Austria")

    said = stage_previews.tonight(at=NOON)

    assert said == "1 of 2 customers would move tonight: Helios to Active (it is in Austria)."
    assert stage_of(found) == "prospect"


def test_ways_out_that_lead_straight_back_move_nobody_and_the_preview_says_so():
    customer = customers.group("Helios", stage="prospect", country="AT")
    way_out("prospect", "country is AT", "active", why="it is in Austria")
    way_out("active", "country is AT", "renewal", position=0)
    way_out("renewal", "country is AT", "prospect", position=0)

    said = stage_previews.tonight(at=NOON)
    moved = [lifecycle.follow_all(at=NOON + timedelta(days=night)) for night in range(3)]

    assert said == (
        "Nobody of 1 customers would move tonight. 1 stay where they are, because the ways out ahead would lead them back at"
        " once: Helios to Active (it is in Austria)."
    )
    assert (moved, stage_of(customer)) == ([0, 0, 0], "prospect")


def test_circle_further_on_is_entered_once_and_not_gone_round():
    customer = customers.group(stage="prospect", country="AT")
    way_out("prospect", "country is AT", "active")
    way_out("active", "country is AT", "renewal", position=0)
    way_out("renewal", "country is AT", "active", position=0)

    moved = [lifecycle.follow_all(at=NOON + timedelta(days=night)) for night in range(3)]

    assert (moved, stage_of(customer)) == ([1, 0, 0], "active")


def test_preview_counts_who_is_not_named():
    for number in range(7):
        customers.group(f"Customer {number}", stage="prospect", country="AT")
    way_out("prospect", "country is AT", "active")

    said = stage_previews.tonight(at=NOON)

    assert said.startswith("7 of 7 customers would move tonight: ") and said.endswith("; and 2 more.")


def test_preview_says_when_nobody_would_move():
    customers.group(stage="active")

    assert stage_previews.tonight(at=NOON) == "Nobody of 1 customers would move tonight."


@pytest.mark.parametrize(
    "wrong",
    [
        {"when": ""}, {"when": "mood is good"}, {"why": " "}, {"to": "prospect"}, {"position": 1}, {"when": "country >= 3"},
    ],
)  # fmt: skip
def test_way_out_that_makes_no_sense_is_refused_and_nothing_changes(wrong):
    before = StageExit.objects.count()

    with pytest.raises(Refusal):
        way_out("prospect", **{"when": "country is AT", "to": "active"} | wrong)

    assert StageExit.objects.count() == before


@pytest.mark.parametrize("wrong", [{"expects": " "}, {"days": 4000}, {"entry": "mood is good"}])
def test_stage_that_makes_no_sense_is_refused(wrong):
    facts = {"entry": "", "expects": "a yearly talk", "days": 0} | wrong

    with pytest.raises(Refusal):
        stage_rules.define(actor=people.manager(), stage="active", at=NOON, **facts)


def test_only_managers_write_what_holds_of_stages():
    with pytest.raises(Refusal):
        way_out("prospect", "country is AT", "active", actor=people.agent())
    with pytest.raises(Refusal):
        stage_rules.define(actor=people.agent(), stage="active", entry="", expects="a talk", days=0, at=NOON)


def test_same_words_again_change_nothing_and_a_change_is_told_before_and_after():
    way = way_out("prospect", "country is AT", "active")
    way_out("prospect", "country is AT", "active", way=way)
    way_out("prospect", "country is DE", "active", way=way)

    told = Activity.objects.filter(kind="accounts.exit_rule_defined").order_by("pk")
    assert [row.facts["after"].get("when") for row in told] == ["country is AT", "country is DE"]
    assert told.last().facts["before"] == {"when": "country is AT"}


def test_night_reads_what_holds_once_for_all(django_assert_max_num_queries):
    for number in range(5):
        customers.group(f"Customer {number}", stage="active")
    lifecycle.follow_all(at=NOON)

    with django_assert_max_num_queries(40):
        lifecycle.follow_all(at=NOON)
