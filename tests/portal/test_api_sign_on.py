"""An administrator of a customer, and no program, sets single sign-on up by the API; and a person chooses how they are told."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.people import keys
from accounts.single_sign_on import providers, records
from accounts.single_sign_on.models import SignInProvider
from support.notices.models import NoticeChoice, NoticeHours
from tests.factories import people, saml
from tests.factories.customers import group, helios
from tests.factories.single_sign_on import provider_of

pytestmark = pytest.mark.django_db
OPENID = {
    "protocol": "openid", "name": "Nordwind ID", "issuer": "https://id.nordwind.example", "client_id": "accord",
    "secret": "s3cret",
}  # fmt: skip


@pytest.fixture
def nordwind():
    return group("Nordwind")


@pytest.fixture
def chief(nordwind):
    """The browser of an administrator."""
    client = Client()
    client.force_login(people.administrator(nordwind))
    return client


def post(client, name, args, said=None, **more):
    return client.post(reverse(f"api:{name}", args=args), json.dumps(said or {}), content_type="application/json", **more)


def says(monkeypatch, text):
    """Let the DNS say this at every name."""
    monkeypatch.setattr(records, "dns", records.dns)
    answer = type("Record", (), {"strings": (text.encode(),)})
    monkeypatch.setattr(records.dns.resolver, "resolve", lambda name, kind, lifetime: [answer])


def test_administrator_sets_up_proves_names_and_makes_it_the_only_way(nordwind, chief, monkeypatch):
    made = post(chief, "sign_in_providers", [nordwind.number], OPENID).json()
    claimed = post(chief, "sign_in_domains", [made["ref"]], {"name": "Nordwind.example"}).json()["domains"][0]
    says(monkeypatch, claimed["code"])
    post(chief, "domain_verifications", [made["ref"], claimed["id"]])
    named = nordwind.memberships.get(role="administrator")
    post(chief, "sign_in_administrators", [made["ref"]], {"membership": named.pk})

    done = post(chief, "sign_in_uses", [made["ref"]], {"use": "enforced"}).json()

    assert (made["use"], done["use"], claimed["record_at"]) == ("off", "enforced", "_accord.nordwind.example")
    assert [one["email"] for one in done["named_administrators"]] == [named.user.email]
    assert done["domains"][0]["verified_at"] is not None


def test_secret_goes_in_and_never_comes_out(nordwind, chief):
    made = post(chief, "sign_in_providers", [nordwind.number], OPENID)
    seen = chief.get(reverse("api:sign_in_provider", args=[made.json()["ref"]]))

    assert "s3cret" not in made.content.decode() + seen.content.decode()
    assert (made.json()["has_secret"], providers.secret_of(SignInProvider.objects.get())) == (True, "s3cret")


def test_saml_is_set_up_by_metadata_and_says_what_to_enter_there(nordwind, chief, settings):
    said = {"protocol": "saml", "name": "Nordwind ID", "metadata": saml.metadata()}

    made = post(chief, "sign_in_providers", [nordwind.number], said).json()

    ours = f"{settings.SITE_URL}/accounts/single-sign-on/{made['ref']}"
    assert (made["issuer"], made["entrance"], made["protocol"]) == (saml.ISSUER, saml.ENTRANCE, "saml")
    assert (made["comes_back_to"], made["metadata_of_ours"]) == (f"{ours}/assertion/", f"{ours}/metadata/")
    assert (len(made["certificates"]), made["signs_out_at"]) == (1, "")


def test_use_without_a_proven_domain_is_refused_and_nothing_is_changed(nordwind, chief):
    held = provider_of(nordwind, use="off")

    answer = post(chief, "sign_in_uses", [held.ref], {"use": "offered"})

    assert (answer.status_code, answer.json()["code"]) == (422, "not_ready")
    assert SignInProvider.objects.get().use == "off"


def test_record_that_is_not_there_verifies_nothing(nordwind, chief, monkeypatch):
    says(monkeypatch, "accord-domain=of-somebody-else")
    held = provider_of(nordwind, use="off")
    claimed = post(chief, "sign_in_domains", [held.ref], {"name": "nordwind.example"}).json()["domains"][0]

    answer = post(chief, "domain_verifications", [held.ref, claimed["id"]])

    assert (answer.status_code, answer.json()["code"]) == (422, "record_not_found")


def test_newcomers_stand_below_the_customer_and_nowhere_else(chief, nordwind):
    elsewhere = group("Elsewhere")

    answer = post(chief, "sign_in_providers", [nordwind.number], {**OPENID, "joins_at": elsewhere.number})

    assert (answer.status_code, SignInProvider.objects.count()) == (404, 0)


def test_domain_of_another_provider_is_not_found_under_ones_own(chief, nordwind):
    own, other = provider_of(nordwind, use="off"), provider_of(group("Elsewhere"), "elsewhere.example")

    assert post(chief, "domain_releases", [own.ref, other.domains.get().pk]).status_code == 404
    assert other.domains.count() == 1


def test_program_reads_and_no_scope_lets_it_change_anything(nordwind):
    held = provider_of(nordwind, "nordwind.example")
    _, secret = keys.make(actor=None, customer=nordwind, name="Terraform", scopes=["read", "people"], at=timezone.now())
    by_key = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    seen = Client().get(reverse("api:sign_in_provider", args=[held.ref]), **by_key)
    answers = [
        post(Client(), "sign_in_providers", [nordwind.number], OPENID, **by_key),
        post(Client(), "sign_in_terms", [held.ref], OPENID, **by_key),
        post(Client(), "sign_in_uses", [held.ref], {"use": "off"}, **by_key),
        post(Client(), "sign_in_domains", [held.ref], {"name": "another.example"}, **by_key),
        post(Client(), "domain_releases", [held.ref, held.domains.get().pk], **by_key),
    ]

    assert [seen.status_code, *(answer.status_code for answer in answers)] == [200, 403, 403, 403, 403, 403]
    assert (SignInProvider.objects.get().use, held.domains.get().name) == ("offered", "nordwind.example")


def test_person_chooses_how_they_are_told_and_what_is_not_sent_stays():
    tree, client = helios(), Client()
    reader = people.member(tree.berlin, "reader")
    client.force_login(reader)
    post(client, "notice_choices", [tree.berlin.number], {"quiet_since": "20:00", "quiet_until": "07:00"})

    chosen = {"everywhere": {"payments": "daily"}, "here": {"tickets": "portal"}}
    told = post(client, "notice_choices", [tree.berlin.number], chosen)

    rows = {row["group"]: (row["everywhere"], row["here"]) for row in told.json()["groups"]}
    assert (rows["payments"], rows["tickets"], rows["contracts"]) == (("daily", ""), ("mail", "portal"), ("mail", ""))
    assert (told.json()["quiet_since"], NoticeHours.objects.get().person) == ("20:00", reader)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"everywhere": {"security": "portal"}}, "always_told"),
        ({"everywhere": {"payments": "daily", "nonsense": "daily"}}, "no_such_choice"),
        ({"everywhere": {"payments": "daily"}, "quiet_since": "20:00"}, "hours_incomplete"),
    ],
)
def test_choice_that_cannot_be_keeps_nothing_of_all_that_was_sent(said, code):
    customer, client = group(), Client()
    client.force_login(people.member(customer))

    answer = post(client, "notice_choices", [customer.number], said)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (NoticeChoice.objects.count(), NoticeHours.objects.count()) == (0, 0)
