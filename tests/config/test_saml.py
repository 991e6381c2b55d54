"""Signing in at the organisation's own provider by SAML: who comes in, and every way we know of to come in as somebody else."""

import base64
import copy
import random
from datetime import timedelta

import pytest
import time_machine
import xmlsec
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from accounts.people.models import Membership, StaffProfile, User
from accounts.single_sign_on import answers, once
from accounts.single_sign_on.models import Identity, SignInProvider, UsedProof
from accounts.timeline.models import Activity
from config.single_sign_on import saml as saml_protocol
from tests.factories import people, saml
from tests.factories.customers import group, helios
from tests.factories.saml import NS, answer_to, packed, question_in, saml_provider_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def nordwind():
    return saml_provider_of(group("Nordwind"), "nordwind.example")


def begin(client, provider):
    """Follow the link to the provider; return an honest answer to the question there."""
    address = client.get(reverse("single_sign_on_begin", args=[provider.ref]))["Location"]
    return answer_to(question_in(address), provider, timezone.now())


def hand_in(client, provider, document, **more):
    """Post an answer as a browser does, from another site and so without a session, and follow with the session."""
    said = {"SAMLResponse": document if isinstance(document, str) else packed(document), **more}
    answer = Client().post(reverse("single_sign_on_assertion", args=[provider.ref]), said)
    return client.get(answer["Location"]) if answer.status_code == 302 else answer


def refusal_of(client, provider, document):
    """The sentence with which an answer is refused; nobody is signed in and nothing is written."""
    before = (User.objects.count(), Membership.objects.count(), Identity.objects.count(), Activity.objects.count())
    answer = hand_in(client, provider, document)
    assert (answer.status_code, "_auth_user_id" in client.session) == (403, False)
    assert before == (User.objects.count(), Membership.objects.count(), Identity.objects.count(), Activity.objects.count())
    return (
        answer.context["reason"]
        .removeprefix("Your organisation's sign-in was not accepted: ")
        .partition(". ")[0]
        .removesuffix(".")
    )


def test_newcomer_signs_in_joins_and_stands_on_the_timeline(nordwind):
    client = Client()

    answer = hand_in(client, nordwind, begin(client, nordwind).signed())

    ada = User.objects.get(email="ada@nordwind.example")
    assert (answer.status_code, answer["Location"], client.session["_auth_user_id"]) == (302, "/portal/", str(ada.pk))
    assert (ada.name, ada.has_usable_password()) == ("Ada Nord", False)
    assert list(ada.memberships.values_list("customer", "role")) == [(nordwind.customer.pk, "reader")]
    assert Identity.objects.get().subject == "ada-0815"
    assert set(Activity.objects.filter(actor=ada).values_list("kind", flat=True)) == {
        "accounts.member_admitted", "accounts.identity_bound", "accounts.signed_in_by_provider",
    }  # fmt: skip


@pytest.mark.parametrize("way", ["account_set_password", "mfa_activate_totp", "mfa_add_webauthn"])
def test_session_by_the_provider_adds_no_way_of_its_own_that_would_outlive_it(nordwind, way):
    client, chosen = Client(), "a long enough new password"
    hand_in(client, nordwind, begin(client, nordwind).signed())

    answers = [client.get(reverse(way)), client.post(reverse(way), {"password1": chosen, "password2": chosen, "code": "123456"})]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, reverse("mfa_index"))] * 2
    assert "You came by your organisation&#x27;s sign-in." in client.get(reverse("mfa_index")).content.decode()
    assert not User.objects.get(email="ada@nordwind.example").has_usable_password()


ENDS = {
    "the provider is off": lambda ada, provider: SignInProvider.objects.update(use="off"),
    "its domain leads nowhere": lambda ada, provider: provider.domains.update(verified_at=None),
    "the address is another one": lambda ada, provider: User.objects.filter(pk=ada.pk).update(email="ada@elsewhere.example"),
    "she works for us": lambda ada, provider: StaffProfile.objects.create(user=ada, level="agent"),
    "she stands elsewhere": lambda ada, provider: people.joins(ada, group("Elsewhere")),
}


@pytest.mark.parametrize("why", ENDS)
def test_session_by_the_provider_ends_with_the_rule_that_let_it_in(nordwind, why):
    client = Client()
    hand_in(client, nordwind, begin(client, nordwind).signed())
    before = client.get(reverse("usersessions_list")).status_code

    ENDS[why](User.objects.get(email="ada@nordwind.example"), nordwind)
    after = client.get(reverse("usersessions_list"))

    assert (before, after.status_code, "_auth_user_id" in client.session) == (200, 302, False)


def test_session_opened_another_way_goes_on_when_the_provider_is_switched_off(nordwind):
    client = Client()
    client.force_login(people.member(nordwind.customer, email="bob@nordwind.example"))

    SignInProvider.objects.update(use="off")

    assert client.get(reverse("usersessions_list")).status_code == 200


def ask_for_something_sensitive(client, customer):
    """Begin what needs a fresh sign-in."""
    return client.post(reverse("portal:members", args=[customer.number]), {"email": "new@nordwind.example", "role": "reader"})


def administrator_by(client, provider, minutes_ago):
    """Come in by the provider, which asked an administrator that long ago who they are."""
    people.joins(people.person("ada@nordwind.example", password=None), provider.customer, "administrator")
    proved = timezone.now() - timedelta(minutes=minutes_ago)
    hand_in(client, provider, begin(client, provider).bent(proved=proved).signed())


def test_sign_in_the_provider_remembers_is_not_fresh_and_the_next_question_has_it_ask_again(nordwind, settings):
    settings.FRESH_SIGN_IN, client = timedelta(minutes=15), Client()
    administrator_by(client, nordwind, minutes_ago=60)

    asked = ask_for_something_sensitive(client, nordwind.customer)
    address = client.get(reverse("single_sign_on_begin", args=[nordwind.ref]))["Location"]
    silent = answer_to(question_in(address), nordwind, timezone.now()).bent(proved=timezone.now() - timedelta(minutes=60))

    assert asked["Location"].startswith(reverse("account_login"))
    assert question_in(address).get("ForceAuthn") == "true"
    assert "did not have you sign in anew" in refusal_of(client, nordwind, silent.signed())


def test_sign_in_that_was_proved_there_just_now_is_fresh(nordwind, settings):
    settings.FRESH_SIGN_IN, client = timedelta(minutes=15), Client()
    administrator_by(client, nordwind, minutes_ago=1)

    ask_for_something_sensitive(client, nordwind.customer)

    assert "_auth_user_id" in client.session


def test_question_names_us_and_where_to_answer_and_says_nothing_of_the_person(nordwind, settings):
    address = Client().get(reverse("single_sign_on_begin", args=[nordwind.ref]))["Location"]
    asked = question_in(address)

    ours = f"{settings.SITE_URL}/accounts/single-sign-on/{nordwind.ref}"
    assert address.startswith("https://saml.nordwind.example/sign-in?tenant=7&SAMLRequest=")
    assert "RelayState" not in address
    assert (asked.get("AssertionConsumerServiceURL"), asked.get("Destination")) == (f"{ours}/assertion/", nordwind.entrance)
    assert asked.findtext("saml:Issuer", namespaces=NS) == f"{ours}/metadata/"


def test_person_lands_where_they_wanted_to_go_whatever_relay_state_says(nordwind):
    client = Client()
    client.post(reverse("single_sign_on"), {"login": "ada@nordwind.example", "next": "/portal/notices/"})

    answer = hand_in(client, nordwind, begin(client, nordwind).signed(), RelayState="https://evil.example/")

    assert answer["Location"] == "/portal/notices/"


def test_second_sign_in_is_the_same_login_though_the_address_changed_there(nordwind):
    first, second = Client(), Client()
    hand_in(first, nordwind, begin(first, nordwind).signed())

    hand_in(second, nordwind, begin(second, nordwind).bent(email="ada.married@elsewhere.example").signed())

    assert second.session["_auth_user_id"] == first.session["_auth_user_id"]
    assert User.objects.filter(email="ada.married@elsewhere.example").count() == 0


def test_answer_is_taken_while_the_keys_roll_with_either_certificate(nordwind):
    old, new = saml.key("old"), saml.key("new")
    nordwind.certificates = [old.certificate, new.certificate]
    nordwind.save()

    signed_in = []
    for by in (old, new):
        client = Client()
        hand_in(client, nordwind, begin(client, nordwind).signed(by))
        signed_in.append("_auth_user_id" in client.session)

    assert signed_in == [True, True]


def test_answer_and_assertion_may_both_be_signed(nordwind):
    client = Client()
    document = begin(client, nordwind).signed()
    saml.sign(document, saml.key())

    hand_in(client, nordwind, document)

    assert "_auth_user_id" in client.session


def test_our_metadata_is_a_file_before_the_provider_is_on(nordwind, settings):
    nordwind.use = "off"
    nordwind.save()

    told = Client().get(reverse("single_sign_on_metadata", args=[nordwind.ref]))

    described = etree.fromstring(told.content)
    consumer = described.find(".//{urn:oasis:names:tc:SAML:2.0:metadata}AssertionConsumerService")
    assert (told["Content-Type"], told["Content-Disposition"]) == (
        "application/samlmetadata+xml", f'attachment; filename="accord-{nordwind.ref}.xml"',
    )  # fmt: skip
    assert consumer.get("Location") == f"{settings.SITE_URL}/accounts/single-sign-on/{nordwind.ref}/assertion/"
    assert described.find(".//{*}SPSSODescriptor").get("WantAssertionsSigned") == "true"


def test_entrance_with_signs_of_xml_in_it_makes_a_question_that_can_be_read(nordwind):
    nordwind.entrance = 'https://saml.nordwind.example/in?tenant=7&app="x"'
    nordwind.save()

    address = Client().get(reverse("single_sign_on_begin", args=[nordwind.ref]))["Location"]

    assert question_in(address).get("Destination") == nordwind.entrance


def test_our_metadata_hold_until_they_are_changed(nordwind):
    described = etree.fromstring(Client().get(reverse("single_sign_on_metadata", args=[nordwind.ref])).content)

    assert (described.get("validUntil"), described.get("cacheDuration")) == (None, None)


def test_who_is_named_by_an_address_is_the_same_person_however_it_is_written(nordwind):
    people_seen, kind = [], "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    for name in ("ada@nordwind.example", "Ada@Nordwind.example"):
        client = Client()
        hand_in(client, nordwind, begin(client, nordwind).bent(subject=name, format=kind, email="").signed())
        people_seen.append(client.session["_auth_user_id"])

    assert people_seen[0] == people_seen[1]
    assert Identity.objects.get().subject == "ada@nordwind.example"


# --- what we never take -------------------------------------------------------------------------------------------------------


def wrapped(document, *, keep_in, first):
    """Hide the signed assertion within a part nobody reads, and put a forged one where it stood (signature wrapping)."""
    signed = document.find("saml:Assertion", NS)
    forged = copy.deepcopy(signed)
    forged.remove(forged.find("ds:Signature", NS))
    forged.set("ID", "_forged")
    forged.find("saml:Subject/saml:NameID", NS).text = "chief-0001"
    place = document.index(signed)
    document.remove(signed)
    document.insert(place, forged)
    holder = keep_in(document, forged)
    holder.insert(0, signed) if first else holder.append(signed)
    return document


def _part(parent, name):
    return etree.SubElement(parent, name)


WRAPPINGS = {
    "beside the forged one": lambda document, forged: document,
    "in an extension of the answer": lambda document, forged: _part(document, f"{{{NS['samlp']}}}Extensions"),
    "in an object of a foreign signature": lambda document, forged: _part(
        _part(document, f"{{{NS['ds']}}}Signature"), f"{{{NS['ds']}}}Object"
    ),
    "in the forged one": lambda document, forged: forged,
    "in the advice of the forged one": lambda document, forged: _part(forged, f"{{{NS['saml']}}}Advice"),
    "in a part without a name": lambda document, forged: _part(document, "anything"),
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("name", WRAPPINGS)
def test_wrapped_signature_signs_nobody_in(nordwind, name, first):
    client = Client()
    document = wrapped(begin(client, nordwind).signed(), keep_in=WRAPPINGS[name], first=first)

    assert refusal_of(client, nordwind, document) == "its answer does not hold exactly one assertion"


def moved_signature(document):
    """A forged assertion that carries the signature, with the signed one inside the signature's own object."""
    signed = document.find("saml:Assertion", NS)
    forged, signature = copy.deepcopy(signed), signed.find("ds:Signature", NS)
    forged.remove(forged.find("ds:Signature", NS))
    forged.set("ID", "_forged")
    signed.remove(signature)
    document.replace(signed, forged)
    forged.insert(1, signature)
    _part(signature, f"{{{NS['ds']}}}Object").append(signed)
    return document


def borrowed_name(document):
    """A forged part with the very name of the signed one."""
    _part(document, f"{{{NS['samlp']}}}Extensions").set("ID", document.find("saml:Assertion", NS).get("ID"))
    return document


def pointing_elsewhere(document):
    document.find(".//ds:Reference", NS).set("URI", f"#{document.get('ID')}")
    return document


def pointing_at_all(document):
    document.find(".//ds:Reference", NS).set("URI", "")
    return document


def second_reference(document):
    info = document.find(".//ds:SignedInfo", NS)
    info.append(copy.deepcopy(info.find("ds:Reference", NS)))
    return document


def transformed(document):
    transform = document.find(".//ds:Transform", NS)
    transform.set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")
    return document


def with_entity(document):
    text = etree.tostring(document).decode().replace(">ada-0815<", ">&who;<")
    return packed(f'<!DOCTYPE r [<!ENTITY who "chief-0001">]>{text}'.encode())


def with_comment(document):
    text = etree.tostring(document).decode()
    return packed(text.replace(">ada-0815<", ">ada-<!-- -->0815<").encode())


def with_instruction(document):
    return packed(etree.tostring(document).decode().replace(">ada-0815<", ">ada-<?x y?>0815<").encode())


def in_other_letters(document):
    return packed(etree.tostring(document, encoding="utf-16"))


def changed_afterwards(document):
    document.find(".//saml:NameID", NS).text = "chief-0001"
    return document


def unsigned_assertion(document):
    """The answer is signed, its assertion is not."""
    assertion = document.find("saml:Assertion", NS)
    assertion.remove(assertion.find("ds:Signature", NS))
    saml.sign(document, saml.key())
    return document


def unsigned(document):
    assertion = document.find("saml:Assertion", NS)
    assertion.remove(assertion.find("ds:Signature", NS))
    return document


FORGERIES = {
    moved_signature: "its answer does not hold exactly one assertion",
    borrowed_name: "two parts of its answer have one name",
    pointing_elsewhere: "its signature belongs to another part than it stands in",
    pointing_at_all: "its signature belongs to another part than it stands in",
    second_reference: "its signature covers something else than one part",
    transformed: "its signature transforms what it covers",
    with_entity: "its answer holds declarations or comments, which we never take",
    with_comment: "its answer holds declarations or comments, which we never take",
    with_instruction: "its answer holds declarations or comments, which we never take",
    in_other_letters: "its answer is not written as the standard says",
    changed_afterwards: "it is not signed with a certificate of that provider",
    unsigned_assertion: "its assertion is not signed itself",
    unsigned: "its assertion is not signed itself",
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_forged_answer_signs_nobody_in(nordwind, forge):
    client = Client()

    assert refusal_of(client, nordwind, forge(begin(client, nordwind).signed())) == FORGERIES[forge]


BENT = {
    "wrong audience": ({"audience": "https://other.example/metadata"}, "its assertion was made for another program"),
    "audience that only begins like us": ({"audience": "https://"}, "its assertion was made for another program"),
    "another issuer": ({"issuer": "https://saml.evil.example"}, "its assertion was made by another provider"),
    "nobody asked": ({"asked": ""}, "it answers no question of ours; begin here, not at your provider"),
    "another question": ({"asked": "_elsewhere"}, "it answers a sign-in that this browser did not begin"),
    "expired": ({"minutes": -4}, "its assertion has expired"),
    "no success": (
        {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, "your provider says that it did not sign you in"
    ),
    "nobody named": ({"subject": ""}, "its assertion names nobody"),
    "named as another program knows them": (
        {"qualified": ' SPNameQualifier="https://other.example"'}, "it names you as another program knows you"
    ),
    "passing name": (
        {"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
        "it gives you another name each time; have it set to a lasting one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BENT)
def test_signed_assertion_that_says_something_else_signs_nobody_in(nordwind, name):
    client, (bend, sentence) = Client(), BENT[name]

    assert refusal_of(client, nordwind, begin(client, nordwind).bent(**bend).signed()) == sentence


@pytest.mark.parametrize("more", ["evil", "?x=1"])
def test_assertion_for_an_address_that_begins_like_ours_signs_nobody_in(nordwind, more):
    client = Client()
    honest = begin(client, nordwind)

    sentence = refusal_of(client, nordwind, honest.bent(recipient=honest.recipient + more).signed())

    assert sentence == "its answer was meant for another address"


def test_recipient_inside_the_signed_assertion_counts_not_the_destination_around_it(nordwind):
    client = Client()
    honest = begin(client, nordwind)
    document = honest.bent(recipient="https://other.example/assertion/").signed()
    document.set("Destination", honest.recipient)

    assert refusal_of(client, nordwind, document) == "its assertion was meant to be handed in elsewhere"


def test_assertion_of_another_organisation_of_the_same_provider_signs_nobody_in(nordwind):
    suedwind, client = saml_provider_of(group("Suedwind"), "suedwind.example"), Client()
    for_suedwind = begin(client, suedwind).signed()
    begin(client, nordwind)

    assert refusal_of(client, nordwind, for_suedwind) == "its answer was meant for another address"


def test_foreign_certificate_inside_the_signature_is_not_believed(nordwind):
    client = Client()

    sentence = refusal_of(client, nordwind, begin(client, nordwind).signed(saml.key("evil.example")))

    assert sentence == "it is not signed with a certificate of that provider"


@pytest.mark.parametrize(
    ("method", "digest"),
    [(xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA256), (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA1)],
)
def test_signature_with_sha1_is_not_believed(nordwind, method, digest):
    client = Client()

    sentence = refusal_of(client, nordwind, begin(client, nordwind).signed(method=method, digest=digest))

    assert sentence == "it is not signed with SHA-256 or better"


def test_answer_stolen_from_another_browser_signs_nobody_in(nordwind):
    ada, thief = Client(), Client()
    stolen = begin(ada, nordwind).signed()
    begin(thief, nordwind)

    assert refusal_of(thief, nordwind, stolen) == "it answers a sign-in that this browser did not begin"


def test_answer_is_taken_once(nordwind):
    client = Client()
    document = begin(client, nordwind).signed()
    hand_in(client, nordwind, document)
    client.logout()

    assert refusal_of(client, nordwind, document) == "it answers a sign-in that this browser did not begin"


def test_assertion_is_taken_once_even_by_a_browser_whose_session_was_put_back(nordwind):
    client = Client()
    document = begin(client, nordwind).signed()
    asked = client.session["single_sign_on_questions"]
    hand_in(client, nordwind, document)
    client.logout()
    session = client.session
    session["single_sign_on_questions"] = asked
    session.save()

    assert refusal_of(client, nordwind, document) == "This sign-in was used already"


def test_waiting_answer_is_taken_up_once(nordwind):
    client = Client()
    said = {"SAMLResponse": packed(begin(client, nordwind).signed())}
    on = Client().post(reverse("single_sign_on_assertion", args=[nordwind.ref]), said)["Location"]
    client.get(on)

    assert "it took too long, or was used already" in Client().get(on).context["reason"]


def test_used_proofs_are_forgotten_when_they_hold_no_longer(nordwind):
    now = timezone.now()
    once.use(provider=nordwind, name="_one", until=now + timedelta(minutes=5), at=now)

    with pytest.raises(once.UsedAlready):
        once.use(provider=nordwind, name="_one", until=now + timedelta(minutes=5), at=now)
    once.use(provider=nordwind, name="_two", until=now + timedelta(hours=1), at=now + timedelta(minutes=6))

    assert UsedProof.objects.count() == 1


def test_three_minutes_between_the_clocks_are_borne_and_no_more(nordwind):
    client = Client()
    honest = begin(client, nordwind)
    late = honest.signed()

    with time_machine.travel(honest.at + timedelta(minutes=8, seconds=5), tick=False):
        assert refusal_of(client, nordwind, late) == "its assertion has expired"
    with time_machine.travel(honest.at - timedelta(minutes=3, seconds=30), tick=False):
        assert refusal_of(client, nordwind, honest.signed()) == "its assertion is dated in the future"


NONE_AT_ALL = ["", "no base64!", "PHg+", "A" * (answers.MOST_SIGNS + 4), base64.b64encode(b"\xff\xfe").decode()]


@pytest.mark.parametrize("given", NONE_AT_ALL)
def test_what_is_no_answer_is_refused_in_one_sentence(nordwind, given):
    assert refusal_of(Client(), nordwind, given)


def test_too_many_answers_from_one_place_are_stopped(nordwind, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "single_sign_on_assertion": "2/m/ip"}
    client = Client()

    reasons = [hand_in(client, nordwind, "x").context["reason"] for _ in range(3)]

    assert reasons[-1] == "Too many sign-ins from here just now; wait a minute."


def encrypted(document):
    assertion = document.find("saml:Assertion", NS)
    document.replace(assertion, etree.Element(f"{{{NS['saml']}}}EncryptedAssertion"))
    return document


def test_encrypted_assertion_is_refused_and_says_what_to_do_about_it(nordwind):
    client = Client()

    sentence = refusal_of(client, nordwind, encrypted(begin(client, nordwind).signed()))

    assert sentence == "its assertion is encrypted, which we do not read; have it signed alone"


@pytest.mark.parametrize("site", ["https://accord.example", "https://accord.example:8443"])
def test_answer_is_handed_in_at_the_address_of_the_site_whatever_the_browser_called_it(nordwind, settings, site):
    settings.SITE_URL = site
    client = Client()

    hand_in(client, nordwind, begin(client, nordwind).signed())

    assert "_auth_user_id" in client.session


def shuffled(document, chance):
    """The answer with a few of its parts left out, doubled, moved, renamed or said otherwise, as chance has it."""
    for _each in range(chance.randint(1, 4)):
        parts = [part for part in document.iter() if part is not document]
        part, other = chance.choice(parts), chance.choice([document, *parts])
        match chance.randrange(6):
            case 0:
                part.getparent().remove(part)
            case 1:
                part.addnext(copy.deepcopy(part))
            case 2:
                other.insert(chance.randint(0, len(other)), copy.deepcopy(part))
            case 3:
                part.text = chance.choice(["chief-0001", "boss@nordwind.example", "", None])
            case 4:
                name = chance.choice(part.keys() or ["ID"])
                part.set(name, chance.choice([*(one.get("ID") for one in parts if one.get("ID")), "_other", "", "#"]))
            case _:
                part.getparent().replace(part, copy.deepcopy(other))
    return document


@pytest.mark.parametrize("seed", range(8))
def test_answer_bent_by_chance_is_refused_or_says_what_was_signed(nordwind, seed):
    chance, honest = random.Random(seed), begin(Client(), nordwind)
    signed = honest.signed()

    for _each in range(40):
        bent = packed(shuffled(copy.deepcopy(signed), chance))
        try:
            said = saml_protocol.read(nordwind, bent, at=honest.at)
        except answers.NotTaken:
            continue
        assert (said.person.subject, said.person.email, said.answers) == ("ada-0815", "ada@nordwind.example", honest.asked)


@pytest.mark.parametrize("seed", range(4))
def test_answer_with_broken_letters_is_refused_or_says_what_was_signed(nordwind, seed):
    chance, honest = random.Random(seed), begin(Client(), nordwind)
    signed = etree.tostring(honest.signed())

    for _each in range(60):
        place = chance.randrange(len(signed))
        bent = signed[:place] + bytes([chance.randrange(256)]) + signed[place + chance.randint(0, 1) :]
        try:
            said = saml_protocol.read(nordwind, packed(bent), at=honest.at)
        except answers.NotTaken:
            continue
        assert (said.person.subject, said.person.email, said.answers) == ("ada-0815", "ada@nordwind.example", honest.asked)


# --- the rules are those of every provider --------------------------------------------------------------------------------------


def test_who_works_for_us_does_not_come_by_a_customers_saml(nordwind):
    people.staff("agent", email="ada@nordwind.example")
    client = Client()

    assert refusal_of(client, nordwind, begin(client, nordwind).signed()).startswith("Our own people never sign in")


def test_address_of_a_foreign_domain_is_not_let_in(nordwind):
    client = Client()

    sentence = refusal_of(client, nordwind, begin(client, nordwind).bent(email="ada@evil.example").signed())

    assert sentence == "Addresses at evil.example are not signed in by Nordwind ID"


def test_provider_of_a_division_does_not_sign_the_group_in():
    tree = helios()
    division = saml_provider_of(tree.europe, "helios.example")
    people.administrator(tree.group, email="boss@helios.example")
    client = Client()

    sentence = refusal_of(client, division, begin(client, division).bent(email="boss@helios.example").signed())

    assert sentence.startswith("You stand at other customers than")


def test_saml_as_the_only_way_leads_there_and_lets_its_own_sessions_go_on():
    enforced = saml_provider_of(group("Nordwind"), "nordwind.example", use="enforced")
    people.member(enforced.customer, email="bob@nordwind.example")
    bob, ada = Client(), Client()

    led = bob.post(reverse("account_login"), {"login": "bob@nordwind.example", "password": people.PASSWORD})
    hand_in(ada, enforced, begin(ada, enforced).signed())

    assert (led.context["provider"], "_auth_user_id" in bob.session) == (enforced, False)
    assert ada.get(reverse("usersessions_list")).status_code == 200


def test_person_with_a_second_factor_shows_it_after_coming_by_saml(nordwind):
    ada, secret = people.member(nordwind.customer, email="ada@nordwind.example"), totp.generate_totp_secret()
    totp.TOTP.activate(ada, secret)
    client = Client()

    asked = hand_in(client, nordwind, begin(client, nordwind).signed())
    early = "_auth_user_id" in client.session
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    client.post(asked["Location"], {"code": code})

    assert (asked["Location"], early, client.session["_auth_user_id"]) == (reverse("mfa_authenticate"), False, str(ada.pk))
    assert Activity.objects.filter(kind="accounts.signed_in_by_provider", actor=ada).count() == 1


def test_provider_switched_off_while_a_second_factor_is_shown_signs_nobody_in(nordwind):
    ada, secret = people.member(nordwind.customer, email="ada@nordwind.example"), totp.generate_totp_secret()
    totp.TOTP.activate(ada, secret)
    client = Client()
    asked = hand_in(client, nordwind, begin(client, nordwind).signed())
    nordwind.use = "off"
    nordwind.save()

    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    answer = client.post(asked["Location"], {"code": code})

    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_signing_out_offers_no_page_at_a_saml_provider(nordwind):
    client = Client()
    hand_in(client, nordwind, begin(client, nordwind).signed())

    left = client.get(client.post(reverse("account_logout"))["Location"]).content.decode()
    there = client.get(reverse("single_sign_on_leave", args=[nordwind.ref]))

    assert "You may still be signed in at Nordwind ID." in left
    assert reverse("single_sign_on_leave", args=[nordwind.ref]) not in left
    assert (there.status_code, "close the browser instead" in there.content.decode()) == (403, True)


def test_addresses_of_saml_are_not_found_while_it_is_off_or_of_another_protocol(nordwind):
    nordwind.use = "off"
    nordwind.save()

    statuses = [
        Client().post(reverse("single_sign_on_assertion", args=[nordwind.ref]), {}).status_code,
        Client().get(reverse("single_sign_on_arrival", args=[nordwind.ref])).status_code,
        Client().get(reverse("single_sign_on_begin", args=[nordwind.ref])).status_code,
        Client().get(reverse("single_sign_on_back", args=[nordwind.ref])).status_code,
    ]

    assert statuses == [404, 404, 404, 404]


def test_the_two_wheels_that_read_xml_bring_the_same_library():
    assert xmlsec.get_libxml_version() == etree.LIBXML_VERSION
