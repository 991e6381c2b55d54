"""The portal as a customer of a kind sees it: from the rules alone, in its language, with nobody's data."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people import access
from accounts.segments import conditions
from backoffice import personas_shown
from billing.catalog import plans
from tests.factories import billing, people, segments
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
ADDRESS = "/backoffice/policies/personas/"
GOLD = {"tier": "gold", "role": "member", "language": "en", "currency": "EUR"}


def look(**changed):
    client = Client()
    client.force_login(people.manager())
    return client.get(ADDRESS, GOLD | changed)


def today():
    return timezone.now().date()


def test_gold_member_in_german_has_the_menu_and_prices_of_that_persona_in_german():
    billing.version(price="62.00")

    page = look(language="de").content.decode()

    assert 'lang="de"' in page and "Rechnungen" in page
    assert "62,00" in page
    assert "Freigaben" not in page


def test_menu_and_rights_follow_the_role():
    member, administrator = (personas_shown.of(tier="gold", segment=None, role=role, currency="EUR", on=today())
                             for role in ("member", "administrator"))  # fmt: skip

    assert len(administrator["menu"]) == len(member["menu"]) + 1
    assert [row["allowed"] for row in member["actions"]] == [
        "member" in action.roles for action, _words in personas_shown.ACTIONS
    ]
    assert {action for action, _words in personas_shown.ACTIONS} <= set(access.ACTIONS)


def test_segment_brings_its_price_list_and_its_terms():
    billing.version(price="62.00")
    own = plans.define_price_list(code="partners", name="Partners")
    billing.version(price="50.00", price_list=own)
    segment = segments.segment()
    for kind, value in (("price_list", "partners"), ("discount", "10")):
        asked = conditions.ask(actor=people.manager(), kind=kind, value=value, segment=segment, since=today(), at=timezone.now())
        conditions.approve(actor=people.manager(), asked=asked, at=timezone.now())

    plain = personas_shown.of(tier="gold", segment=None, role="member", currency="EUR", on=today())
    partner = personas_shown.of(tier="gold", segment=segment, role="member", currency="EUR", on=today())

    assert "62.00" in plain["prices"][0]["words"] and plain["terms"] == []
    assert "50.00" in partner["prices"][0]["words"] and partner["prices"][0]["list"] == "Partners"
    assert {row["value"] for row in partner["terms"]} == {"partners", "10"}


def test_preview_names_no_customer_and_changes_nothing():
    customer = group("Secret Holding")
    people.member(customer, email="someone@secret.example")

    page = look().content.decode()

    assert "Secret Holding" not in page and "someone@secret.example" not in page
    assert Client().post(ADDRESS, GOLD).status_code in {302, 403, 404, 405}


@pytest.mark.parametrize("changed", [{"tier": "platinum"}, {"role": "king"}, {"language": "xx"}, {"segment": "none-such"}])
def test_persona_that_cannot_be_is_not_shown(changed):
    page = look(**changed).content.decode()

    assert "Choose a person" in page
