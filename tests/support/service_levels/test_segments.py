"""Targets of segments: who is put into one is answered as it says, with the segment as the reason."""

import pytest
from django.db import IntegrityError, transaction

from accounts.segments import defining, evaluating
from support.service_levels import targets
from support.service_levels.models import ServiceCalendar, ServiceTarget
from support.service_levels.targets import TargetMakesNoSense
from tests.factories import people
from tests.factories.customers import helios
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def segment(code="strategic", rank=10):
    facts = {"rule": "", "description": "Dear to us.", "do": "", "dont": "", "examples": ""}
    return defining.define(actor=people.manager(), code=code, name=code.title(), rank=rank, at=NOON, **facts)


def sooner(minutes=90, code="strategic", **scope):
    calendar = ServiceCalendar.objects.earliest("pk")
    given = {"clock": "first_response", "minutes": minutes, "calendar": calendar, "segment": code, "at": NOON}
    return targets.set_target(actor=people.manager(), **given | scope)


def put_in(customer, into):
    evaluating.put_in(actor=people.manager(), segment=into, customer=customer, at=NOON)


def target_of(customer):
    subject = targets.subject_of(customer, priority="3", kind="billing", on=NOON.date())
    return targets.most_specific(targets.in_force(NOON.date()), "first_response", subject)


def test_group_put_into_a_segment_changes_the_target_of_everybody_below():
    tree, strategic = helios(), segment()
    before = target_of(tree.berlin).minutes
    sooner()

    put_in(tree.group, strategic)

    assert (before, target_of(tree.berlin).minutes) == (480, 90)
    assert targets.subject_of(tree.berlin, priority="3", kind="billing", on=NOON.date()).segment("strategic").through == str(
        tree.group.name
    )


def test_target_of_a_segment_comes_before_one_of_a_tier_and_the_higher_rank_before_the_lower():
    tree = helios()
    tree.group.tier = "gold"
    tree.group.save(update_fields=["tier"])
    for code, rank, minutes in (("low", 1, 100), ("high", 9, 30)):
        put_in(tree.group, segment(code, rank))
        sooner(minutes, code)

    assert target_of(tree.berlin).minutes == 30


def test_target_of_a_segment_says_whom_it_speaks_for():
    segment()

    assert targets.scope_words(sooner()) == "segment Strategic"


def test_target_of_a_segment_that_is_not_there_is_refused():
    with pytest.raises(TargetMakesNoSense, match="no such segment"):
        sooner(code="nobody")


def test_database_keeps_one_target_for_a_segment_and_day():
    segment()
    held = sooner()

    with pytest.raises(IntegrityError, match="one_target_per_clock_scope_and_day"), transaction.atomic():
        ServiceTarget.objects.create(
            clock=held.clock, segment=held.segment, minutes=1, calendar=held.calendar, since=held.since, changed_at=NOON
        )
