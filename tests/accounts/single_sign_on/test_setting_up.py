"""Setting a provider up: by managers, with an address we may talk to, its secret sealed, and ready before it leads anybody."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.single_sign_on import addresses, domains, providers, sealing
from accounts.single_sign_on.models import MailDomain, SignInProvider
from accounts.single_sign_on.providers import Terms
from accounts.timeline.models import Activity
from tests.factories import people
from tests.factories.customers import group, helios
from tests.factories.single_sign_on import NOON, named, provider_of

pytestmark = pytest.mark.django_db


def terms(customer, **other):
    said = {
        "name": "Nordwind ID", "issuer": "https://id.nordwind.example", "client_id": "accord", "secret": "s3cret",
        "joins_at": customer, "joins_as": "reader", **other,
    }  # fmt: skip
    return Terms(**said)


def set_up(customer, actor=None, **other):
    return providers.set_up(actor=actor or people.manager(), customer=customer, terms=terms(customer, **other), at=NOON)


def kinds(customer):
    return list(Activity.objects.filter(customer=customer, kind__startswith="accounts.").values_list("kind", flat=True))


def test_secret_stands_nowhere_in_the_database_in_the_clear():
    made = set_up(group())

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(held)::text FROM accounts_signinprovider held WHERE id = %s", [made.pk])
        row = cursor.fetchone()[0]
    assert "s3cret" not in row
    assert providers.secret_of(made) == "s3cret"
    assert "s3cret" not in str([activity.facts for activity in Activity.objects.all()])


def test_secret_is_lost_when_the_signing_key_changes_and_kept_when_the_old_one_falls_back(settings):
    made, old = set_up(group()), settings.SECRET_KEY
    settings.SECRET_KEY = "another key " * 5

    with pytest.raises(sealing.SealBroken):
        providers.secret_of(made)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert providers.secret_of(made) == "s3cret"


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_managers_set_a_provider_up(level):
    with pytest.raises(Refusal):
        set_up(group(), actor=people.staff(level))

    assert SignInProvider.objects.count() == 0


def test_administrator_of_the_customer_sets_nothing_up_themselves():
    customer = group()

    with pytest.raises(Refusal):
        set_up(customer, actor=people.administrator(customer))


FORBIDDEN = [
    "http://id.nordwind.example", "https://localhost", "https://127.0.0.1", "https://10.1.2.3", "https://169.254.169.254/latest",
    "https://[::1]", "https://[::ffff:10.0.0.1]", "https://[64:ff9b::a00:1]", "https://id.internal", "https://printer.local",
    "https://intranet", "https://user:word@id.nordwind.example", "https://id.nordwind.example?x=1",
    "https://id.nordwind.example#x",
    "https://2130706433", "https://0x7f.1", "ftp://id.nordwind.example", "https://", "id.nordwind.example",
    "https://id.example:0",
    "https://100.64.0.1", "https://224.0.0.1", "https://id.nordwind.example/ x",
]  # fmt: skip


@pytest.mark.parametrize("issuer", FORBIDDEN)
def test_issuer_that_is_not_https_and_public_is_refused(issuer):
    with pytest.raises(addresses.AddressNotAllowed):
        set_up(group(), issuer=issuer)

    assert SignInProvider.objects.count() == 0


@pytest.mark.parametrize("issuer", ["https://id.nordwind.example", "https://login.example/tenant/v2.0", "https://8.8.8.8:8443/x"])
def test_public_https_issuer_is_kept_as_it_was_written(issuer):
    assert set_up(group(), issuer=issuer).issuer == issuer


@pytest.mark.parametrize(
    "other", [{"name": " "}, {"client_id": ""}, {"secret": ""}, {"joins_as": "administrator"}, {"secret": "x" * 501}]
)
def test_terms_that_make_no_sense_are_refused(other):
    with pytest.raises(providers.TermsMakeNoSense):
        set_up(group(), **other)


def test_newcomers_never_stand_outside_the_customer():
    tree = helios()

    with pytest.raises(providers.TermsMakeNoSense):
        set_up(tree.germany, joins_at=tree.us)
    assert set_up(tree.germany, joins_at=tree.lab).joins_at == tree.lab


def test_same_client_is_not_set_up_for_two_organisations():
    set_up(group())

    with pytest.raises(providers.SetUpAlready):
        set_up(group())


def test_issuer_stays_once_the_provider_knows_somebody():
    provider, manager = provider_of(group(), "nordwind.example"), people.manager()
    provider.identities.create(subject="1", user=people.person(), first_at=NOON, last_at=NOON)

    with pytest.raises(providers.KnowsPeople):
        providers.change(actor=manager, provider=provider, terms=terms(provider.customer, secret=""), at=NOON)


def test_change_without_a_secret_keeps_the_one_there_is_and_says_what_changed():
    made = set_up(group())

    changed = providers.change(actor=None, provider=made, terms=terms(made.customer, secret="", name="ID"), at=NOON)
    again = providers.change(actor=None, provider=made, terms=terms(made.customer, secret="", name="ID"), at=NOON)

    assert (providers.secret_of(changed), again.name) == ("s3cret", "ID")
    told = Activity.objects.filter(kind="accounts.provider_changed")
    assert [activity.facts["changed"] for activity in told] == ["name"]


def test_provider_leads_nobody_before_a_domain_is_verified():
    made = set_up(group())
    domains.claim(actor=None, provider=made, name="nordwind.example", at=NOON)

    with pytest.raises(providers.NotReady):
        providers.put_to_use(actor=None, provider=made, use="offered", at=NOON)


def test_provider_is_not_the_only_way_before_somebody_is_named():
    provider = provider_of(group(), "nordwind.example")

    with pytest.raises(providers.NotReady):
        providers.put_to_use(actor=None, provider=provider, use="enforced", at=NOON)
    named(provider, people.administrator(provider.customer))
    assert providers.put_to_use(actor=None, provider=provider, use="enforced", at=NOON).use == "enforced"


def test_only_an_administrator_of_the_customer_is_named():
    provider = provider_of(group(), "nordwind.example")

    for other in (people.payer(provider.customer), people.administrator(group()), people.manager(), people.person()):
        with pytest.raises(providers.NotAnAdministrator):
            providers.name_administrator(actor=None, provider=provider, user=other, at=NOON)


def test_last_one_named_stays_while_the_provider_is_the_only_way():
    provider = provider_of(group(), "nordwind.example", use="enforced")
    only = provider.named_administrators.get()

    with pytest.raises(providers.LastOneNamed):
        providers.unname_administrator(actor=None, named=only, at=NOON)
    named(provider, people.administrator(provider.customer))
    providers.unname_administrator(actor=None, named=only, at=NOON)
    assert provider.named_administrators.count() == 1


def test_whole_way_stands_on_the_timeline_of_the_customer():
    customer, manager = group(), people.manager()
    made = set_up(customer, actor=manager)
    claimed = domains.claim(actor=manager, provider=made, name="nordwind.example", at=NOON)
    domains.vouch(actor=manager, domain=claimed, because="Contract on file", at=NOON)
    providers.put_to_use(actor=manager, provider=made, use="offered", at=NOON)

    assert kinds(customer)[-4:] == [
        "accounts.provider_set_up", "accounts.mail_domain_claimed", "accounts.mail_domain_vouched",
        "accounts.provider_put_to_use",
    ]  # fmt: skip


def test_database_refuses_administrators_by_signing_in_and_a_provider_in_use_without_a_secret():
    provider = provider_of(group())

    for broken in ({"joins_as": "administrator"}, {"sealed_secret": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SignInProvider.objects.filter(pk=provider.pk).update(**broken)


def test_database_refuses_one_verified_domain_for_two_organisations_and_a_word_without_a_reason():
    provider_of(group(), "nordwind.example")
    other = provider_of(group())

    with pytest.raises(IntegrityError), transaction.atomic():
        MailDomain.objects.create(provider=other, name="nordwind.example", code="x", verified_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        MailDomain.objects.create(provider=other, name="Nordwind2.example", code="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        MailDomain.objects.create(provider=other, name="x.example", code="x", verified_at=NOON, vouched_by=people.manager())


def test_database_refuses_one_subject_for_two_logins_and_two_subjects_for_one():
    provider, ada = provider_of(group()), people.person()
    provider.identities.create(subject="1", user=ada, first_at=NOON, last_at=NOON)

    for subject, user in (("1", people.person()), ("2", ada), ("", people.person())):
        with pytest.raises(IntegrityError), transaction.atomic():
            provider.identities.create(subject=subject, user=user, first_at=NOON, last_at=NOON)
    assert User.objects.count() == 3
