"""The log of policies: a number and the cases it opens are the same, however many rules of one policy spoke in a case."""

from datetime import timedelta

import pytest

from accounts.policies import log, resolving
from tests.factories import policies
from tests.factories.customers import group
from tests.factories.policies import NOON

pytestmark = pytest.mark.django_db
RULES = {"remedy.ticket_limit": "5000.00 EUR", "goodwill.agent_ticket_limit": "50.00 EUR"}


def test_number_is_that_of_the_cases_it_opens_when_several_rules_spoke_in_one():
    version, customer = policies.published(RULES), group()
    spoke = resolving.resolve_many([customer.pk], NOON.date(), RULES)[customer.pk].values()
    for hours, ref in enumerate(["T-1", "T-2", "T-1"]):
        said = {"customer": customer, "actor": None, "about": ("ticket", ref), "words": "", "at": NOON + timedelta(hours=hours)}
        log.note(spoke, outcome=log.FIRED, **said)

    later = NOON + timedelta(days=1)
    found = log.cases(at=later, policy=version.policy_id, outcome=log.FIRED)

    assert [row.about_ref for row in found] == ["T-1", "T-2"]
    assert log.counts(at=later, policy=version.policy_id).fired == 2
