"""The page of single sign-on: an administrator of a customer sets it up, proves a domain and makes it the only way."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.single_sign_on import places, records
from accounts.single_sign_on.models import SignInProvider
from tests.factories import people, saml
from tests.factories.customers import below, group
from tests.factories.single_sign_on import provider_of
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
OPENID = {
    "protocol": "openid", "name": "Nordwind ID", "issuer": "https://id.nordwind.example", "client_id": "accord",
    "secret": "s3cret", "joins_as": "reader",
}  # fmt: skip


@pytest.fixture
def nordwind():
    return group("Nordwind")


@pytest.fixture
def chief(nordwind):
    return people.administrator(nordwind)


@pytest.fixture
def visitor(chief):
    return browser_of(chief)


def page(node, name="sign_in", *more):
    return reverse(f"portal:{name}", args=[node.number, *more])


def the_dns_says(monkeypatch, *texts):
    monkeypatch.setattr(records.dns.resolver, "resolve", lambda name, kind, lifetime: [
        type("Record", (), {"strings": (text.encode(),)}) for text in texts
    ])  # fmt: skip


def test_provider_is_set_up_off_and_its_page_says_what_to_enter_there(nordwind, visitor):
    answer = visitor.post(page(nordwind), OPENID, follow=True)

    made = SignInProvider.objects.get()
    assert (made.use, made.joins_at) == ("off", nordwind)
    assert places.comes_back_to(made) in words(answer)
    assert places.signs_out_at(made) in words(answer)
    assert "s3cret" not in answer.content.decode()


def test_saml_provider_is_read_from_the_file_of_its_metadata(nordwind, visitor):
    file = SimpleUploadedFile("idp.xml", saml.metadata().encode())

    answer = visitor.post(
        page(nordwind), {"protocol": "saml", "name": "ADFS", "joins_as": "reader", "metadata_file": file}, follow=True
    )

    made = SignInProvider.objects.get()
    assert made.issuer == saml.ISSUER
    assert places.metadata_of_ours(made) in words(answer)


def test_domain_is_proven_by_its_record_and_the_provider_becomes_the_only_way(nordwind, chief, visitor, monkeypatch):
    held = provider_of(nordwind, use="off")
    visitor.post(page(nordwind, "sign_in_domains", held.ref), {"name": "Nordwind.example"})
    domain = held.domains.get()
    the_dns_says(monkeypatch, "something else", domain.code)
    visitor.post(page(nordwind, "domain_verifications", held.ref, domain.pk))
    visitor.post(page(nordwind, "sign_in_administrators", held.ref), {"user": chief.memberships.get().pk})

    visitor.post(page(nordwind, "sign_in_uses", held.ref), {"use": "enforced"})

    held.refresh_from_db()
    assert held.use == "enforced"
    assert held.named_administrators.get().user == chief


def test_record_that_is_not_there_is_said_and_the_domain_stays_unproven(nordwind, visitor, monkeypatch):
    held = provider_of(nordwind, use="off")
    visitor.post(page(nordwind, "sign_in_domains", held.ref), {"name": "nordwind.example"})
    the_dns_says(monkeypatch, "something else")

    answer = visitor.post(page(nordwind, "domain_verifications", held.ref, held.domains.get().pk))

    assert answer.status_code == 422
    assert "There is no TXT record _accord.nordwind.example" in words(answer)
    assert held.domains.get().verified_at is None


def test_provider_without_a_verified_domain_is_not_put_to_use(nordwind, visitor):
    held = provider_of(nordwind, use="off")

    answer = visitor.post(page(nordwind, "sign_in_uses", held.ref), {"use": "offered"})

    assert answer.status_code == 422
    assert "Verify a mail domain first" in words(answer)
    assert SignInProvider.objects.get().use == "off"


def test_empty_secret_keeps_the_one_there_is(nordwind, visitor):
    held = provider_of(nordwind)

    said = OPENID | {"issuer": held.issuer, "name": "New name", "secret": ""}
    visitor.post(page(nordwind, "sign_in_terms", held.ref), said)

    assert SignInProvider.objects.get().name == "New name"
    assert SignInProvider.objects.get().sealed_secret == held.sealed_secret


def test_newcomers_stand_at_a_customer_below_by_its_number_and_nowhere_else(nordwind, visitor):
    site, elsewhere = below(nordwind), group("Others")

    refused = visitor.post(page(nordwind), OPENID | {"joins_at": elsewhere.number})
    visitor.post(page(nordwind), OPENID | {"joins_at": site.number})

    assert (refused.status_code, "No customer of yours" in words(refused)) == (422, True)
    assert SignInProvider.objects.get().joins_at == site


def test_last_named_administrator_and_last_domain_stay_while_it_is_the_only_way(nordwind, visitor):
    held = provider_of(nordwind, "nordwind.example", use="enforced")

    named = visitor.post(page(nordwind, "administrator_removals", held.ref, held.named_administrators.get().pk))
    domain = visitor.post(page(nordwind, "domain_releases", held.ref, held.domains.get().pk))

    assert (named.status_code, domain.status_code) == (422, 422)
    assert "name another administrator first" in words(named)
    assert held.domains.exists()


def test_provider_of_another_customer_is_not_found_from_here(nordwind, visitor):
    others = provider_of(group("Others"))

    assert visitor.get(page(nordwind, "sign_in_provider", others.ref)).status_code == 404
    assert visitor.get(page(nordwind, "sign_in_provider", provider_of(nordwind).ref)).status_code == 200


def test_administrators_above_are_not_shown_to_who_manages_only_the_site(nordwind, chief):
    site = below(nordwind)
    held, own = provider_of(site), people.administrator(site)

    shown = words(browser_of(own).get(page(site, "sign_in_provider", held.ref)))

    assert own.email in shown
    assert chief.email not in shown


def test_page_of_a_provider_stands_under_organisation_in_the_menu(nordwind, visitor):
    answer = visitor.get(page(nordwind, "sign_in_provider", provider_of(nordwind).ref))

    current = [place["label"] for place in answer.context["navigation"] if place["current"]]
    assert current == ["Organisation"]
