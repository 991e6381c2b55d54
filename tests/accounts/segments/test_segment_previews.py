"""Who would enter and leave a segment tonight is told before anybody does."""

import pytest

from accounts.segments import evaluating, segment_previews
from accounts.segments.models import SegmentMembership
from tests.factories import customers, people, segments
from tests.factories.segments import NOON

pytestmark = pytest.mark.django_db


def test_preview_names_who_would_enter_and_leave_and_changes_nothing():
    customers.group("Alpha", country="AT")
    customers.group("Beta", country="DE")
    found = segments.segment("country is AT")
    evaluating.evaluate_all(at=NOON)
    found = segments.segment("country is DE", code=found.code)

    said = segment_previews.tonight(found, at=NOON)

    assert said == "Would enter it tonight: 1 (Beta). Would leave it: 1 (Alpha). In it then: 1."
    assert SegmentMembership.objects.get(until=None).customer.name == "Alpha"


def test_preview_names_the_first_and_counts_all():
    for number in range(7):
        customers.group(f"Customer {number}", country="AT")

    said = segment_previews.tonight(segments.segment("country is AT"), at=NOON)

    assert "Would enter it tonight: 7 (" in said and "Customer 4, …)" in said and said.endswith("In it then: 7.")


def test_segment_out_of_use_loses_everybody():
    customers.group("Alpha", country="AT")
    found = segments.segment("country is AT")
    evaluating.evaluate_all(at=NOON)
    found = segments.segment("country is AT", code=found.code, active=False)

    assert "Would enter it tonight: 0. Would leave it: 1 (Alpha). In it then: 0." in segment_previews.tonight(found, at=NOON)


def test_segment_without_a_rule_is_chosen_by_hand():
    found = segments.segment("")
    evaluating.put_in(actor=people.manager(), segment=found, customer=customers.group(), at=NOON)

    assert segment_previews.tonight(found, at=NOON) == "It has no rule: who is in it is chosen by hand."
