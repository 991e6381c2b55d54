"""How an activity reads aloud."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from accounts.people.models import Membership
from accounts.timeline import reading, recording
from accounts.timeline.plain import plain
from tests.factories import customers, people

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_choice_is_kept_in_english_and_read_in_the_language_of_the_reader():
    held = Membership.objects.get(user=people.payer(customers.group("Nordwind")))
    with translation.override("de"):
        facts = {"email": "a@nordwind.example", "role": plain(held, "role"), "scope": "", "name": "A"}
        kept = recording.record(
            held.customer, "accounts.member_invited", actor=None, at=datetime(2026, 3, 2, tzinfo=UTC), facts=facts
        )
        read = reading.describe(kept)

    assert kept.facts["role"] == "Payer"
    assert "Zahler" in read and "Payer" not in read
