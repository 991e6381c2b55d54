from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.customers import details
from accounts.quality import candidates, following
from accounts.quality.models import Candidate
from accounts.timeline.models import Activity, Delivery
from tests.factories import people
from tests.factories.customers import NOON, below, group

pytestmark = pytest.mark.django_db

FACTS = {"country": "DE", "tax_id": "DE136695976", "city": "Berlin"}


def twins():
    return below(group("Helios"), "Helios GmbH", "legal_entity", **FACTS), below(group(), "Helios", "legal_entity", **FACTS)


def test_pair_found_at_night_stands_open_with_its_evidence():
    a, b = twins()

    assert candidates.detect_all(at=NOON) == 1

    pair = Candidate.objects.get()
    assert (pair.a, pair.b, pair.status) == (a, b, "open")
    assert "same number: DE136695976" in pair.why


def test_pair_judged_not_a_duplicate_is_not_asked_again():
    twins()
    candidates.detect_all(at=NOON)

    candidates.dismiss(actor=people.agent(), candidate=Candidate.objects.get(), note="Two firms", at=NOON)

    assert candidates.detect_all(at=NOON + timedelta(days=1)) == 0
    assert Candidate.objects.get().status == "not_a_duplicate"


def test_open_pair_goes_once_the_two_differ():
    a, b = twins()
    candidates.detect_all(at=NOON)

    details.change(actor=None, customer=b, at=NOON, name="Solar Werke", tax_id="", city="Bonn", country="AT")

    assert candidates.detect_all(at=NOON) == 0
    assert not Candidate.objects.exists()


def test_customer_just_changed_is_compared_with_those_near_it():
    a, b = below(group(), "Alpha GmbH", "legal_entity", city="Bonn"), below(group(), "Omega AG", "legal_entity")
    details.change(actor=None, customer=b, at=NOON, name="Alpha", city="Bonn")

    following.follow(Activity.objects.filter(customer=b).latest("pk"))

    assert [(pair.a, pair.b) for pair in Candidate.objects.open()] == [(a, b)]


def test_adding_and_changing_a_customer_lets_duplicates_be_looked_for():
    a, _ = twins()

    assert Delivery.objects.filter(reader="quality", activity__customer=a).count() == 1


def test_decided_pair_is_not_decided_otherwise():
    twins()
    candidates.detect_all(at=NOON)
    pair = Candidate.objects.get()
    candidates.settle(pair, Candidate.Status.MERGED, actor=people.supervisor(), at=NOON)

    with pytest.raises(candidates.AlreadyDecided):
        candidates.dismiss(actor=people.agent(), candidate=pair, note="", at=NOON)


@pytest.mark.parametrize(
    ("facts", "promise"),
    [
        ({}, "each_pair_is_a_candidate_once"),
        ({"turned": True}, "candidate_pair_stands_in_order"),
        ({"score": Decimal("1.5"), "new": True}, "candidate_score_is_a_probability"),
        ({"status": "merged", "new": True}, "candidate_is_decided_at_a_moment"),
    ],
)
def test_database_refuses_what_no_candidate_may_be(facts, promise):
    a, b = twins()
    candidates.detect_all(at=NOON)
    one, other = (b, a) if facts.pop("turned", False) else (a, b)
    other = group() if facts.pop("new", False) else other

    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Candidate.objects.create(**{"a": one, "b": other, "score": Decimal("0.9"), "found_at": NOON} | facts)
