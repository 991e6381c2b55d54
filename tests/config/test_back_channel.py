"""A provider tells us that somebody signed out there: the sessions that came by it end, and nothing else does."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from accounts.timeline.models import Activity
from tests import identity_provider
from tests.factories.customers import group
from tests.factories.saml import saml_provider_of
from tests.factories.single_sign_on import provider_of

pytestmark = pytest.mark.django_db
KIND = "accounts.signed_out_by_provider"


@pytest.fixture(autouse=True)
def _on_one_machine(settings):
    settings.SIGN_IN_PROVIDERS_ANYWHERE = True


@pytest.fixture
def idp():
    with identity_provider.running() as running:
        running.knows("ada-0815", email="ada@nordwind.example", email_verified=True, name="Ada Nord")
        running.knows("ben-0816", email="ben@nordwind.example", email_verified=True, name="Ben Nord")
        yield running


@pytest.fixture
def nordwind(idp):
    return provider_of(group("Nordwind"), "nordwind.example", issuer=idp.issuer)


def comes_in(idp, provider, subject="ada-0815", **bends):
    """A browser in which somebody came by the provider."""
    client, idp.bends = Client(), bends
    client.get(idp.signs_in(subject, client.get(reverse("single_sign_on_begin", args=[provider.ref]))["Location"]))
    assert is_in(client)
    return client


def is_in(client):
    return client.get(reverse("usersessions_list")).status_code == 200


def tell(provider, token):
    return Client().post(reverse("single_sign_on_signed_out", args=[provider.ref]), {"logout_token": token})


def test_all_sessions_by_the_provider_end_and_those_of_others_go_on(idp, nordwind):
    here, there, ben = comes_in(idp, nordwind), comes_in(idp, nordwind), comes_in(idp, nordwind, "ben-0816")
    own_way = Client()
    own_way.force_login(User.objects.get(email="ada@nordwind.example"))
    assert is_in(own_way)

    answer = tell(nordwind, idp.tells_of_leaving(sub="ada-0815"))

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert [is_in(one) for one in (here, there, ben, own_way)] == [False, False, True, True]
    assert Activity.objects.get(kind=KIND).facts["email"] == "ada@nordwind.example"


def test_session_named_alone_ends_alone(idp, nordwind):
    here, there = comes_in(idp, nordwind, sid="s-1"), comes_in(idp, nordwind, sid="s-2")

    answer = tell(nordwind, idp.tells_of_leaving(sid="s-2"))

    assert (answer.status_code, is_in(here), is_in(there)) == (200, True, False)


def test_provider_that_was_switched_off_still_ends_its_sessions(idp, nordwind):
    here = comes_in(idp, nordwind)
    nordwind.use = "off"
    nordwind.save()

    assert (tell(nordwind, idp.tells_of_leaving(sub="ada-0815")).status_code, is_in(here)) == (200, False)


def test_somebody_we_do_not_know_leaves_without_a_trace(idp, nordwind):
    comes_in(idp, nordwind)

    assert tell(nordwind, idp.tells_of_leaving(sub="nobody")).status_code == 200
    assert Activity.objects.filter(kind=KIND).count() == 0


def test_token_is_taken_once(idp, nordwind):
    comes_in(idp, nordwind)
    token = idp.tells_of_leaving(sub="ada-0815")
    tell(nordwind, token)
    again = comes_in(idp, nordwind)

    answer = tell(nordwind, token)

    assert (answer.status_code, answer.json()["error"], is_in(again)) == (400, "invalid_request", True)


NOW = int(time.time())
BENT = {
    "another issuer": {"iss": "https://id.other.example"},
    "another program": {"aud": "another-program"},
    "too old": {"iat": NOW - 3600, "exp": NOW + 3600},
    "expired": {"exp": NOW - 300},
    "not dated": {"iat": None},
    "dated in the future": {"iat": NOW + 3600, "exp": NOW + 7200},
    "no event": {"events": None},
    "another event": {"events": {"http://schemas.openid.net/event/other": {}}},
    "an event of nothing": {"events": {"http://schemas.openid.net/event/backchannel-logout": None}},
    "a nonce, as a proof has": {"nonce": "x"},
    "nobody named": {"sub": None},
    "a number for a name": {"sub": 7},
    "no name of its own": {"jti": None},
    "no moment a clock could show": {"iat": float("nan")},
}


@pytest.mark.parametrize("fault", BENT)
def test_bent_token_ends_nothing(idp, nordwind, fault):
    here = comes_in(idp, nordwind)

    answer = tell(nordwind, idp.tells_of_leaving(**{"sub": "ada-0815", **BENT[fault]}))

    assert (answer.status_code, is_in(here), Activity.objects.filter(kind=KIND).count()) == (400, True, 0)
    assert answer.json()["error_description"].startswith("Your organisation's sign-in was not accepted")


def test_token_signed_with_a_foreign_key_and_a_proof_of_sign_in_end_nothing(idp, nordwind):
    here = comes_in(idp, nordwind)

    answers = [tell(nordwind, token).status_code for token in (
        idp.tells_of_leaving(identity_provider.foreign_key(), sub="ada-0815"), idp.proofs[-1], "", "x.y.z",
    )]  # fmt: skip

    assert (answers, is_in(here)) == ([400, 400, 400, 400], True)


def test_token_of_one_organisation_ends_nothing_at_another(idp, nordwind):
    suedwind = provider_of(group("Suedwind"), "suedwind.example", issuer=idp.issuer, client_id="suedwind")
    here = comes_in(idp, nordwind)

    assert (tell(suedwind, idp.tells_of_leaving(sub="ada-0815")).status_code, is_in(here)) == (400, True)


def test_address_is_not_found_for_saml_and_takes_posts_alone(nordwind):
    saml = saml_provider_of(group("Suedwind"))

    assert tell(saml, "x").status_code == 404
    assert Client().get(reverse("single_sign_on_signed_out", args=[nordwind.ref])).status_code == 405
