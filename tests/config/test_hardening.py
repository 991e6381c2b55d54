"""A second factor for our own people, and a fresh sign-in for sensitive acts."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.people import staff
from accounts.people.models import ApiKey, Membership
from accounts.people.routes import needs_fresh_sign_in
from backoffice import urls as backoffice_urls
from backoffice.api import urls as staff_api
from portal import urls as portal_urls
from portal.api import urls as portal_api
from tests.factories import people
from tests.factories.customers import helios
from tests.portal.visiting import browser_of

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/2fa/totp/activate/"
INVITED = {"email": "new@helios.example", "name": "Ada", "role": "reader", "scope": "node"}


@pytest.fixture
def second_factor_is_a_must(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def fresh_for_an_hour(settings):
    settings.FRESH_SIGN_IN = timedelta(hours=1)


def signed_in(person):
    """A browser in which the person came in by the sign-in page."""
    browser = Client()
    answer = browser.post(reverse("account_login"), {"login": person.email, "password": people.PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def test_who_begins_to_work_for_us_is_signed_out_everywhere():
    ada = people.person()
    browser = signed_in(ada)
    before = browser.get(reverse("usersessions_list")).status_code

    staff.appoint(actor=None, user=ada, level="agent", at=timezone.now())

    assert (before, browser.get(reverse("usersessions_list")).status_code) == (200, 302)


def invite(browser, node):
    return browser.post(reverse("portal:members", args=[node.number]), INVITED)


@pytest.mark.parametrize("address", ["/backoffice/", "/backoffice/customers/"])
@pytest.mark.usefixtures("second_factor_is_a_must")
def test_staff_without_a_second_factor_are_led_to_set_one_up(address):
    answer = browser_of(people.agent()).get(address)

    assert (answer.status_code, answer.url) == (302, SET_UP)


@pytest.mark.usefixtures("second_factor_is_a_must")
def test_administration_is_closed_to_managers_without_a_second_factor():
    assert browser_of(people.manager()).get("/admin/").url == SET_UP


@pytest.mark.usefixtures("second_factor_is_a_must")
def test_staff_api_says_what_is_missing():
    from_agent = browser_of(people.agent()).get("/api/v1/staff/tickets/")

    assert (from_agent.status_code, from_agent.json()["code"]) == (403, "second_factor_needed")


@pytest.mark.usefixtures("second_factor_is_a_must")
def test_api_of_customers_is_no_way_around_for_staff():
    tree = helios()
    browser, address = browser_of(people.manager()), f"/api/v1/customers/{tree.berlin.number}/keys/"

    made = browser.post(address, {"name": "Mine", "scopes": ["people"]}, content_type="application/json")

    assert (made.status_code, made.json()["code"]) == (403, "second_factor_needed")
    assert not ApiKey.objects.exists()


@pytest.mark.usefixtures("second_factor_is_a_must")
def test_staff_with_a_second_factor_come_in():
    agent = people.agent()
    Authenticator.objects.create(user=agent, type=Authenticator.Type.TOTP, data={})

    assert browser_of(agent).get("/backoffice/customers/").status_code == 200


@pytest.mark.usefixtures("second_factor_is_a_must")
def test_recovery_codes_alone_are_no_second_factor():
    agent = people.agent()
    Authenticator.objects.create(user=agent, type=Authenticator.Type.RECOVERY_CODES, data={})

    assert browser_of(agent).get("/backoffice/customers/").url == SET_UP


@pytest.mark.usefixtures("second_factor_is_a_must")
def test_customers_people_need_none():
    tree = helios()

    assert browser_of(people.member(tree.berlin)).get(reverse("portal:home", args=[tree.berlin.number])).status_code == 200


@pytest.mark.usefixtures("fresh_for_an_hour")
def test_sensitive_act_goes_through_right_after_signing_in():
    tree = helios()

    answer = invite(signed_in(people.administrator(tree.berlin)), tree.berlin)

    assert answer.url == reverse("portal:members", args=[tree.berlin.number])


@pytest.mark.usefixtures("fresh_for_an_hour")
def test_sensitive_act_waits_for_proof_when_the_sign_in_is_old_and_then_goes_on(settings):
    tree = helios()
    browser = signed_in(people.administrator(tree.berlin))
    settings.FRESH_SIGN_IN = timedelta(seconds=-1)

    asked = invite(browser, tree.berlin)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not Membership.objects.filter(user__email=INVITED["email"]).exists()
    browser.post(asked.url, {"password": people.PASSWORD})

    assert Membership.objects.filter(user__email=INVITED["email"]).exists()


@pytest.mark.parametrize(("route", "sent"), [("keys", {"name": "ERP", "scopes": ["read"]}), ("members", INVITED)])
@pytest.mark.usefixtures("fresh_for_an_hour")
def test_api_waits_for_a_fresh_sign_in_too(settings, route, sent):
    tree = helios()
    browser = signed_in(people.administrator(tree.berlin))
    settings.FRESH_SIGN_IN = timedelta(seconds=-1)

    asked = browser.post(f"/api/v1/customers/{tree.berlin.number}/{route}/", sent, content_type="application/json")

    assert (asked.status_code, asked.json()["code"]) == (403, "fresh_sign_in_needed")
    assert not ApiKey.objects.exists()
    assert not Membership.objects.filter(user__email=INVITED["email"]).exists()


@pytest.mark.usefixtures("fresh_for_an_hour")
def test_person_without_a_password_signs_in_anew_and_nothing_was_done():
    tree = helios()
    administrator = people.administrator(tree.berlin)
    administrator.set_unusable_password()
    administrator.save()

    answer = invite(browser_of(administrator), tree.berlin)

    assert answer.url.startswith(reverse("account_login"))
    assert not Membership.objects.filter(user__email=INVITED["email"]).exists()


@pytest.mark.usefixtures("fresh_for_an_hour")
def test_reading_and_other_acts_ask_for_nothing():
    tree = helios()
    browser = browser_of(people.administrator(tree.berlin))

    assert browser.get(reverse("portal:members", args=[tree.berlin.number])).status_code == 200
    assert browser.post(reverse("portal:tickets", args=[tree.berlin.number]), {}).status_code == 422


BOOKS = (("portal", portal_urls), ("backoffice", backoffice_urls), ("api", portal_api), ("staff_api", staff_api))
SENSITIVE = [
    "portal:members", "portal:revocations", "portal:order_limits", "portal:programs", "portal:key_revocations", "portal:mandates",
    "portal:key_adoptions", "api:key_adoptions",
    "portal:methods", "portal:method_defaults", "portal:method_removals", "portal:method_replacements", "portal:autopay",
    "portal:setups_begun",
    "portal:webhooks", "portal:webhook_secrets", "portal:webhook_activations", "api:webhooks", "api:webhook_secrets",
    "api:autopay", "api:exports",
    "api:webhook_activations",
    "portal:mandate_revocations", "portal:privacy_exports", "portal:privacy_erasures", "portal:change_requests",
    "portal:change_decisions", "api:addresses", "api:address_endings", "api:detail_changes", "api:change_decisions",
    "backoffice:erasure_decisions", "backoffice:customer_privacy",
    "api:members", "api:revocations", "api:keys", "api:key_revocations",
    "api:sign_in_providers", "api:sign_in_terms", "api:sign_in_uses", "api:sign_in_domains", "api:domain_verifications",
    "api:domain_releases", "api:sign_in_administrators", "api:administrator_removals",
    "portal:sign_in", "portal:sign_in_terms", "portal:sign_in_uses", "portal:sign_in_domains", "portal:domain_verifications",
    "portal:domain_releases", "portal:sign_in_administrators", "portal:administrator_removals",
]  # fmt: skip


def test_keys_bank_details_cards_member_rights_and_privacy_ask_again():
    asking = {f"{name}:{route.name}" for name, book in BOOKS for route in book.urlpatterns if needs_fresh_sign_in(route.callback)}

    assert asking == set(SENSITIVE)
