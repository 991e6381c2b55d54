"""Correcting a price: what is suggested comes from our books, and where they say nothing the giver names it."""

from uuid import uuid4

import pytest

from billing.anomalies.models import Finding
from billing.money import Money
from support.remedies import resolution
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import TermsUnreadable
from tests.factories import support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
REMEDY = REMEDIES["correct_price"]


def found(line, net_minor):
    """An error found in a line: so much of it is too much, before tax."""
    return Finding.objects.create(
        ref="F-9", detector="wrong_price", key=f"wrong_price:{line.pk}", customer=line.customer, line=line, found_at=NOON,
        amount_minor=net_minor, currency=line.currency, evidence={"words": "Too dear.", "net_minor": net_minor},
    )  # fmt: skip


def test_price_is_suggested_less_the_error_that_was_found():
    case = support.plain_case(12000)
    found(case.ticket.line, 2500)

    assert [terms.net for terms in REMEDY.proposals(case.ticket)] == [Money(9500, "EUR")]


def test_price_is_suggested_as_it_was_billed_before():
    assert [terms.net for terms in REMEDY.proposals(support.dearer_case(12000).ticket)] == [Money(6000, "EUR")]


def test_no_amount_is_suggested_when_the_books_say_nothing():
    case = support.plain_case(12000)

    offered = next(one for one in resolution.proposals(case.ticket, case.agent, NOON) if one.remedy is REMEDY)

    assert (offered.fields["net"], offered.amount, offered.effects, offered.closing_text) == ("", Money(0, "EUR"), [], "")


def test_without_an_amount_nothing_is_corrected():
    case = support.plain_case(12000)
    terms = REMEDY.proposals(case.ticket)[0]

    with pytest.raises(TermsUnreadable, match="Write what the charge should have been"):
        resolution.grant(actor=case.agent, ticket=case.ticket, remedy=REMEDY, terms=terms, at=NOON)


def test_price_as_billed_or_above_is_refused():
    case = support.plain_case(12000)
    terms = REMEDY.read({"line": str(case.ticket.line_id), "net": "120.00"}, key=uuid4(), resolve=True)

    assert REMEDY.eligible(case.ticket, terms).code == "not_lower"
