"""Mail domains: proven by a DNS record or by a manager's word, and leading to one organisation only."""

import dns.exception
import dns.resolver
import pytest

from accounts.decisions import Refusal
from accounts.single_sign_on import domains, records, ways
from accounts.single_sign_on.models import MailDomain
from tests.factories import people
from tests.factories.customers import group
from tests.factories.single_sign_on import NOON, provider_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return provider_of(group(), use="off")


def claim(provider, name="nordwind.example"):
    return domains.claim(actor=people.manager(), provider=provider, name=name, at=NOON)


def says(*texts):
    """A name server that answers with these texts, and remembers what it was asked."""

    def look_up(name):
        look_up.asked = name
        return texts

    return look_up


def test_domain_is_verified_when_its_record_says_the_code(provider):
    claimed = claim(provider)
    look_up = says("v=spf1 -all", claimed.code)

    verified = domains.verify(actor=people.manager(), domain=claimed, at=NOON, look_up=look_up)

    assert (verified.verified_at, look_up.asked) == (NOON, "_accord.nordwind.example")


@pytest.mark.parametrize("texts", [(), ("accord-domain=guessed",), ("accord-domain=",)])
def test_domain_is_not_verified_when_the_record_says_something_else(provider, texts):
    claimed = claim(provider)

    with pytest.raises(domains.RecordNotFound):
        domains.verify(actor=people.manager(), domain=claimed, at=NOON, look_up=says(*texts))
    assert MailDomain.objects.get().verified_at is None


def test_code_of_one_organisation_proves_nothing_for_another(provider):
    first, second = claim(provider), claim(provider_of(group()))

    with pytest.raises(domains.RecordNotFound):
        domains.verify(actor=people.manager(), domain=second, at=NOON, look_up=says(first.code))


def test_domain_leads_to_one_organisation_only(provider):
    provider_of(group(), "nordwind.example")
    claimed = claim(provider)

    with pytest.raises(domains.DomainTaken):
        domains.verify(actor=people.manager(), domain=claimed, at=NOON, look_up=says(claimed.code))
    with pytest.raises(domains.DomainTaken):
        domains.vouch(actor=people.manager(), domain=claimed, because="They say so", at=NOON)


def test_manager_vouches_with_a_reason_and_not_without(provider):
    claimed, manager = claim(provider), people.manager()

    with pytest.raises(domains.ReasonMissing):
        domains.vouch(actor=manager, domain=claimed, because="  ", at=NOON)
    vouched = domains.vouch(actor=manager, domain=claimed, because="Seen on their contract", at=NOON)

    assert (vouched.verified_at, vouched.vouched_by, vouched.vouched_because) == (NOON, manager, "Seen on their contract")


def test_nobody_but_a_manager_claims_verifies_or_vouches(provider):
    claimed, agent = claim(provider), people.agent()

    for attempt in (
        lambda: domains.claim(actor=agent, provider=provider, name="x.example", at=NOON),
        lambda: domains.verify(actor=agent, domain=claimed, at=NOON, look_up=says(claimed.code)),
        lambda: domains.vouch(actor=agent, domain=claimed, because="x", at=NOON),
        lambda: domains.release(actor=agent, domain=claimed, at=NOON),
    ):
        with pytest.raises(Refusal):
            attempt()
    assert list(MailDomain.objects.values_list("name", "verified_at")) == [("nordwind.example", None)]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nordwind",
        "-x.example",
        "x..example",
        "ada@nordwind.example",
        "10.0.0.1",
        "a b.example",
        "x" * 300,
        "gmail.com",
        "GMX.de",
        "a\x00.example",
        "https://x.example",
    ],
)
def test_what_is_no_domain_of_an_organisation_is_refused(provider, name):
    with pytest.raises(domains.NotADomain):
        claim(provider, name)

    assert MailDomain.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "kept"), [(" @Nordwind.Example. ", "nordwind.example"), ("müller.example", "xn--mller-kva.example")]
)
def test_domain_is_kept_as_mail_servers_write_it(provider, name, kept):
    assert claim(provider, name).name == kept
    assert claim(provider, name).pk == MailDomain.objects.get().pk


def test_last_domain_of_a_provider_in_use_stays():
    provider = provider_of(group(), "nordwind.example")

    with pytest.raises(domains.StillNeeded):
        domains.release(actor=people.manager(), domain=provider.domains.get(), at=NOON)


def test_released_domain_leads_nowhere():
    provider = provider_of(group(), "nordwind.example", "nord.example")
    assert ways.provider_for("ada@nord.example") == provider

    domains.release(actor=people.manager(), domain=provider.domains.get(name="nord.example"), at=NOON)

    assert ways.provider_for("ada@nord.example") is None
    assert ways.provider_for("ada@nordwind.example") == provider


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nordwind.example",
        "@nordwind.example",
        "ada@sub.nordwind.example",
        "ada@nordwind.example.evil.example",
        "ada@nordwind.example@evil.example",
    ],
)
def test_address_that_only_looks_like_the_domain_leads_nowhere(email):
    provider_of(group(), "nordwind.example")

    assert ways.provider_for(email) is None


class Answer(list):
    """Records as the resolver gives them."""


def test_records_are_read_as_the_dns_splits_them(monkeypatch):
    record = type("Record", (), {"strings": (b"accord-", b"domain=x")})
    monkeypatch.setattr(dns.resolver, "resolve", lambda name, kind, lifetime: Answer([record]))

    assert records.txt("_accord.nordwind.example") == {"accord-domain=x"}


def test_no_record_is_no_text_and_no_answer_is_said(monkeypatch):
    def failing(fault):
        def resolve(name, kind, lifetime):
            raise fault

        return resolve

    monkeypatch.setattr(dns.resolver, "resolve", failing(dns.resolver.NXDOMAIN()))
    assert records.txt("_accord.nordwind.example") == frozenset()
    monkeypatch.setattr(dns.resolver, "resolve", failing(dns.exception.Timeout()))
    with pytest.raises(records.LookUpFailed):
        records.txt("_accord.nordwind.example")
