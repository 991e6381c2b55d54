"""Signing in at the organisation's own provider, against a real OpenID Connect server on the loopback."""

import re
import time
from urllib.parse import quote

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.people.models import Membership, User
from accounts.single_sign_on.models import Identity, MailDomain
from accounts.timeline.models import Activity
from config.single_sign_on import fetching, views
from tests import identity_provider
from tests.factories import people
from tests.factories.customers import group, helios
from tests.factories.single_sign_on import named, provider_of
from tests.identity_provider import question_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_one_machine(settings):
    settings.SIGN_IN_PROVIDERS_ANYWHERE = True


@pytest.fixture
def idp():
    with identity_provider.running() as running:
        running.knows("ada-0815", email="ada@nordwind.example", email_verified=True, name="Ada Nord")
        yield running


@pytest.fixture
def nordwind(idp):
    """The provider of a customer, offered to addresses at nordwind.example."""
    return provider_of(group("Nordwind"), "nordwind.example", issuer=idp.issuer)


def begin(client, provider):
    """Follow the link to the provider; return the address there."""
    return client.get(reverse("single_sign_on_begin", args=[provider.ref]))["Location"]


def come_back(client, idp, provider, subject="ada-0815"):
    """Sign in there and come back; return our answer."""
    return client.get(idp.signs_in(subject, begin(client, provider)))


def signed_in(client):
    return "_auth_user_id" in client.session


def traces():
    """Everything an arrival could change."""
    return (User.objects.count(), Membership.objects.count(), Identity.objects.count(), Activity.objects.count())


def refusal_in(answer):
    assert answer.status_code == 403
    return answer.context["reason"]


def test_newcomer_signs_in_joins_below_the_customer_and_stands_on_its_timeline(idp, nordwind):
    client = Client()

    answer = come_back(client, idp, nordwind)

    ada = User.objects.get(email="ada@nordwind.example")
    assert (answer.status_code, answer["Location"], client.session["_auth_user_id"]) == (302, "/portal/", str(ada.pk))
    assert (ada.name, ada.has_usable_password()) == ("Ada Nord", False)
    assert list(ada.memberships.values_list("customer", "role", "scope")) == [(nordwind.customer.pk, "reader", "subtree")]
    assert list(Identity.objects.values_list("provider", "subject", "user")) == [(nordwind.pk, "ada-0815", ada.pk)]
    assert set(Activity.objects.filter(customer=nordwind.customer, actor=ada).values_list("kind", flat=True)) == {
        "accounts.member_admitted", "accounts.identity_bound", "accounts.signed_in_by_provider",
    }  # fmt: skip


def test_browser_is_sent_with_a_state_a_nonce_and_a_code_challenge_to_come_back_to_our_own_address(idp, nordwind, settings):
    asked = question_in(begin(Client(), nordwind))

    assert asked["redirect_uri"] == f"{settings.SITE_URL}/accounts/single-sign-on/{nordwind.ref}/back/"
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", "accord", "S256")
    assert len(asked["state"]) >= 16
    assert len(asked["nonce"]) >= 32


def test_second_sign_in_is_the_same_login_even_after_the_address_changed_there(idp, nordwind):
    come_back(Client(), idp, nordwind)
    idp.knows("ada-0815", email="ada.married@elsewhere.example", email_verified=True)
    client = Client()

    come_back(client, idp, nordwind)

    assert client.session["_auth_user_id"] == str(User.objects.get(email="ada@nordwind.example").pk)
    assert User.objects.filter(email="ada.married@elsewhere.example").count() == 0


def test_session_is_on_the_list_of_the_person(idp, nordwind):
    client = Client()
    come_back(client, idp, nordwind)

    page = client.get(reverse("usersessions_list"))

    assert [session.user.email for session in page.context["sessions"]] == ["ada@nordwind.example"]


def test_address_on_the_sign_in_page_leads_to_the_provider_of_its_domain(nordwind):
    page = Client().post(reverse("single_sign_on"), {"login": "Ada@Nordwind.example"})

    assert reverse("single_sign_on_begin", args=[nordwind.ref]) in page.content.decode()


@pytest.mark.parametrize(
    ("asked_for", "opened"),
    [
        ("/portal/", "/portal/"),
        ("/accounts/sessions/", "/accounts/sessions/"),
        ("https://evil.example/", "/portal/"),
        ("//evil.example/", "/portal/"),
    ],
)
def test_page_that_was_asked_for_opens_after_the_way_through_the_provider_if_it_is_ours(idp, nordwind, asked_for, opened):
    client = Client()
    client.post(reverse("single_sign_on"), {"login": "ada@nordwind.example", "next": asked_for})

    assert come_back(client, idp, nordwind)["Location"] == opened


def test_provider_learns_the_address_that_was_typed_and_no_more(nordwind):
    client = Client()
    client.post(reverse("single_sign_on"), {"login": "Ada@Nordwind.example"})

    asked = question_in(begin(client, nordwind))

    assert asked["login_hint"] == "ada@nordwind.example"
    assert set(asked) == {
        "client_id", "redirect_uri", "scope", "response_type", "state", "nonce", "login_hint", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip


@pytest.mark.parametrize(("ago", "comes_in"), [(3600, False), (10, True)])
def test_provider_that_is_to_ask_again_says_that_it_did_just_now(idp, nordwind, ago, comes_in):
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session[views.ANEW] = True
    session.save()
    idp.bends = {"auth_time": int(time.time()) - ago}

    asked = begin(client, nordwind)
    client.get(idp.signs_in("ada-0815", asked))

    assert (question_in(asked)["max_age"], signed_in(client)) == ("0", comes_in)


def test_address_of_no_organisation_is_told_so_in_one_sentence(nordwind):
    page = Client().post(reverse("single_sign_on"), {"login": "ada@unknown.example"})

    assert page.status_code == 422
    assert page.context["form"].errors["login"] == ["No organisation signs its people in by this domain. Sign in another way."]


def test_domain_that_is_only_claimed_leads_nowhere(nordwind):
    MailDomain.objects.create(provider=nordwind, name="claimed.example", code="x")

    assert Client().post(reverse("single_sign_on"), {"login": "ada@claimed.example"}).status_code == 422


BENT = {
    "wrong signature": ({}, "not signed with a key of that provider"),
    "nonce": ({"nonce": "of another browser"}, "answers a sign-in that this browser did not begin"),
    "audience": ({"aud": "another-program"}, "made for another program"),
    "issuer": ({"iss": "https://id.other.example"}, "made by another provider"),
    "expired": ({"iat": 1_700_000_000, "exp": 1_700_000_300}, "has expired"),
    "no subject": ({"sub": ""}, "names nobody"),
}


@pytest.mark.parametrize("fault", BENT)
def test_bent_proof_is_refused_in_one_sentence_and_nothing_is_changed(idp, nordwind, fault):
    bends, why = BENT[fault]
    idp.bends, idp.signs_with = bends, None if bends else identity_provider.foreign_key()
    client, before = Client(), traces()

    answer = come_back(client, idp, nordwind)

    assert why in refusal_in(answer)
    assert (signed_in(client), traces()) == (False, before)


@pytest.mark.parametrize("proof", ["", "x.y.z", 7, ["a"]])
def test_nonsense_instead_of_a_proof_is_refused_and_nothing_is_changed(idp, nordwind, proof):
    idp.hands_out = proof
    client, before = Client(), traces()

    answer = come_back(client, idp, nordwind)

    assert "not signed with a key of that provider" in refusal_in(answer)
    assert (signed_in(client), traces()) == (False, before)


def test_code_used_once_is_refused_the_second_time(idp, nordwind):
    client = Client()
    back = idp.signs_in("ada-0815", begin(client, nordwind))
    client.get(back)
    client.logout()

    again = client.get(back)

    assert "used already" in refusal_in(again)
    assert not signed_in(client)


def test_code_stolen_from_one_browser_is_refused_in_another(idp, nordwind):
    back = idp.signs_in("ada-0815", begin(Client(), nordwind))
    thief, before = Client(), traces()

    assert "not begun in this browser" in refusal_in(thief.get(back))
    assert (signed_in(thief), traces()) == (False, before)


def test_stolen_code_put_into_a_sign_in_of_the_thief_is_refused(idp, nordwind):
    stolen = question_in(idp.signs_in("ada-0815", begin(Client(), nordwind)))["code"]
    thief, before = Client(), traces()
    own = question_in(begin(thief, nordwind))["state"]

    answer = thief.get(reverse("single_sign_on_back", args=[nordwind.ref]), {"code": stolen, "state": own})

    assert "answers a sign-in that this browser did not begin" in refusal_in(answer)
    assert (signed_in(thief), traces()) == (False, before)


def test_answer_of_one_organisation_is_refused_at_the_door_of_another(idp, nordwind):
    with identity_provider.running() as other:
        suedwind = provider_of(group("Suedwind"), "suedwind.example", issuer=other.issuer)
        client, before = Client(), traces()
        back = question_in(idp.signs_in("ada-0815", begin(client, nordwind)))

        answer = client.get(reverse("single_sign_on_back", args=[suedwind.ref]), back)

        assert "not begun in this browser" in refusal_in(answer)
        assert (signed_in(client), traces(), "/oauth2/token" in other.asked) == (False, before, False)


def test_answer_that_names_another_issuer_is_refused_before_its_code_is_used(idp, nordwind):
    client, before = Client(), traces()
    back = idp.signs_in("ada-0815", begin(client, nordwind))

    answer = client.get(f"{back}&iss=https://id.other.example")

    assert refusal_in(answer) == "The answer came from another provider than you were sent to."
    assert ("/oauth2/token" in idp.asked, signed_in(client), traces()) == (False, False, before)


def test_provider_that_names_itself_differently_than_it_was_set_up_is_refused(idp, nordwind):
    idp.says = {"issuer": "https://id.other.example"}
    before = traces()

    answer = Client().get(reverse("single_sign_on_begin", args=[nordwind.ref]))

    assert "names itself differently" in refusal_in(answer)
    assert traces() == before


def test_address_at_the_domain_of_another_organisation_is_refused(idp, nordwind):
    provider_of(group("Suedwind"), "suedwind.example")
    people.person("eve@suedwind.example")
    idp.knows("eve", email="eve@suedwind.example", email_verified=True)
    client, before = Client(), traces()

    answer = come_back(client, idp, nordwind, "eve")

    assert refusal_in(answer) == "Addresses at suedwind.example are not signed in by Nordwind ID."
    assert (signed_in(client), traces()) == (False, before)


def test_one_of_our_own_people_is_never_signed_in_by_a_customers_provider(idp, nordwind):
    people.manager(email="ada@nordwind.example")
    client, before = Client(), traces()

    answer = come_back(client, idp, nordwind)

    assert refusal_in(answer) == "Our own people never sign in by a customer's provider."
    assert (signed_in(client), traces()) == (False, before)


def test_cancelling_there_is_said_in_one_sentence(idp, nordwind):
    client = Client()
    state = question_in(begin(client, nordwind))["state"]

    answer = client.get(reverse("single_sign_on_back", args=[nordwind.ref]), {"error": "access_denied", "state": state})

    assert refusal_in(answer) == "The sign-in was cancelled. Nothing was changed."


def test_provider_that_is_away_is_said_in_one_sentence(nordwind):
    nordwind.issuer = "http://localhost:9"
    nordwind.save()

    answer = Client().get(reverse("single_sign_on_begin", args=[nordwind.ref]))

    assert "cannot be reached just now" in refusal_in(answer)


def test_provider_that_is_off_is_not_there(nordwind):
    nordwind.use = "off"
    nordwind.save()

    assert [Client().get(reverse(f"single_sign_on_{name}", args=[nordwind.ref])).status_code for name in ("begin", "back")] == [
        404,
        404,
    ]
    assert Client().get(reverse("single_sign_on_begin", args=["unknown"])).status_code == 404


@pytest.fixture
def enforced(nordwind):
    nordwind.use = "enforced"
    nordwind.save()
    named(nordwind, people.administrator(nordwind.customer, email="chief@nordwind.example"))
    people.member(nordwind.customer, email="bob@nordwind.example")
    return nordwind


def with_password(client, email, **more):
    return client.post(reverse("account_login"), {"login": email, "password": people.PASSWORD, **more})


@pytest.mark.parametrize("more", [{}, {"own": "1"}])
def test_password_leads_to_the_provider_when_that_is_the_only_way(enforced, more):
    client = Client()

    answer = with_password(client, "bob@nordwind.example", **more)

    assert reverse("single_sign_on_begin", args=[enforced.ref]) in answer.content.decode()
    assert not signed_in(client)


def test_mailed_code_leads_to_the_provider_when_that_is_the_only_way(enforced, mailoutbox):
    client = Client()
    asked = client.post(reverse("account_request_login_code"), {"email": "bob@nordwind.example"})
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mailoutbox[0].body, re.MULTILINE)[1]

    answer = client.post(asked.url, {"code": code})

    assert reverse("single_sign_on_begin", args=[enforced.ref]) in answer.content.decode()
    assert not signed_in(client)


def test_named_administrator_comes_in_without_the_provider_and_that_is_recorded(enforced):
    client = Client()

    with_password(client, "chief@nordwind.example", own="1")

    assert signed_in(client)
    assert Activity.objects.filter(customer=enforced.customer, kind="accounts.signed_in_without_provider").count() == 1


def test_guest_of_another_domain_keeps_their_own_way(enforced):
    people.member(enforced.customer, email="guest@consulting.example")
    client = Client()

    with_password(client, "guest@consulting.example")

    assert signed_in(client)


def test_open_session_ends_when_the_provider_becomes_the_only_way(nordwind):
    bob, client = people.member(nordwind.customer, email="bob@nordwind.example"), Client()
    client.force_login(bob)
    assert client.get(reverse("usersessions_list")).status_code == 200

    nordwind.use = "enforced"
    nordwind.save()
    cache.clear()

    assert client.get(reverse("usersessions_list")).status_code == 302


def test_session_by_the_provider_goes_on_when_it_is_the_only_way(idp, enforced):
    client = Client()
    come_back(client, idp, enforced)

    assert client.get(reverse("usersessions_list")).status_code == 200


def test_security_page_says_that_one_signs_in_at_the_provider_alone(idp, enforced):
    client = Client()
    come_back(client, idp, enforced)

    page = client.get(reverse("mfa_index")).content.decode()

    assert "At Nordwind ID alone: your organisation signs its people in itself." in page


def test_signing_out_says_that_one_may_still_be_signed_in_there_and_leads_on(idp, nordwind):
    client = Client()
    come_back(client, idp, nordwind)

    out = client.post(reverse("account_logout"))
    page, there = client.get(out["Location"]), client.get(reverse("single_sign_on_leave", args=[nordwind.ref]))
    trace = question_in(out["Location"])["by"]

    assert not signed_in(client)
    assert "You may still be signed in at Nordwind ID." in page.content.decode()
    assert f"leave/?by={quote(trace)}" in page.content.decode()
    assert there["Location"].startswith(f"{idp.issuer}/oauth2/end_session?client_id=accord&post_logout_redirect_uri=")


def test_provider_that_is_off_is_left_by_who_came_by_it_and_by_nobody_else(idp, nordwind):
    client = Client()
    come_back(client, idp, nordwind)
    out = client.post(reverse("account_logout"))["Location"]
    nordwind.use = "off"
    nordwind.save()

    leave = reverse("single_sign_on_leave", args=[nordwind.ref])
    answers = [client.get(leave, {"by": trace}).status_code for trace in (question_in(out)["by"], "", f"{nordwind.ref}:x:y")]

    assert answers == [302, 404, 404]


def test_metadata_and_keys_are_asked_for_once_in_some_minutes(idp, nordwind):
    for _each in range(3):
        come_back(Client(), idp, nordwind)

    assert (idp.asked.count("/.well-known/openid-configuration"), idp.asked.count("/oauth2/token")) == (1, 3)
    assert idp.asked.count("/jwks") <= 2


def test_third_who_asks_at_once_is_told_to_try_again_and_reaches_nobody(idp, nordwind, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS_BETWEEN", 0)
    for turn in range(fetching.MOST_AT_ONCE):
        cache.add(f"single-sign-on-turn-{nordwind.ref}-{turn}", 1)

    answer = Client().get(reverse("single_sign_on_begin", args=[nordwind.ref]))

    assert "is slow to answer just now" in refusal_in(answer)
    assert "/.well-known/openid-configuration" not in idp.asked


def test_new_keys_are_asked_for_when_a_proof_names_one_and_once_a_minute_at_most(monkeypatch):
    asked = []
    monkeypatch.setattr(fetching, "fetched", lambda address: asked.append(address) or {"keys": [{"kid": f"k{len(asked)}"}]})

    seen = [fetching.keys("https://id.example/jwks", ref="p", named=name)["keys"][0]["kid"] for name in ("k1", "k2", "k9", "k9")]

    assert (seen, len(asked)) == (["k1", "k2", "k2", "k2"], 2)


def test_secret_that_is_lost_while_a_second_factor_is_shown_signs_nobody_in(idp, nordwind):
    ada, secret = people.member(nordwind.customer, email="ada@nordwind.example"), totp.generate_totp_secret()
    totp.TOTP.activate(ada, secret)
    client = Client()
    asked = come_back(client, idp, nordwind)
    nordwind.sealed_secret = "sealed with another key"
    nordwind.save()

    answer = client.post(asked["Location"], {"code": "123456"})

    assert (answer.status_code, answer["Location"], signed_in(client)) == (302, reverse("account_login"), False)


def test_person_with_a_second_factor_shows_it_and_comes_in_by_the_provider(idp, nordwind):
    ada, secret = people.member(nordwind.customer, email="ada@nordwind.example"), totp.generate_totp_secret()
    totp.TOTP.activate(ada, secret)
    client = Client()

    asked = come_back(client, idp, nordwind)
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    answer = client.post(asked["Location"], {"code": code})

    assert (asked["Location"], answer.status_code, signed_in(client)) == (reverse("mfa_authenticate"), 302, True)
    assert Activity.objects.filter(customer=nordwind.customer, kind="accounts.signed_in_by_provider", actor=ada).count() == 1


def test_newcomer_reaches_the_subtree_of_the_customer_and_nothing_beside_it(idp):
    tree = helios()
    berlin = provider_of(tree.germany, "nordwind.example", issuer=idp.issuer, joins_at=tree.berlin)
    client = Client()
    come_back(client, idp, berlin)

    seen = {
        node.name: client.get(reverse("portal:home", args=[node.number])).status_code
        for node in (tree.berlin, tree.lab, tree.us, tree.group)
    }

    assert seen == {"Berlin": 200, "Lab": 200, "Helios US": 404, "Helios Group": 404}


def test_too_many_beginnings_from_one_place_are_stopped(nordwind, settings):
    nordwind.issuer = "http://localhost:9"
    nordwind.save()
    address = reverse("single_sign_on_begin", args=[nordwind.ref])
    client, began = Client(), time.monotonic()

    reasons = [refusal_in(client.get(address)) for _ in range(21)]

    assert reasons[-1] == "Too many sign-ins from here just now; wait a minute."
    assert time.monotonic() - began < 30
