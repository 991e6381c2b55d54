"""Setting a provider up: by managers, with an address we may talk to, its secret sealed, and ready before it leads anybody."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.single_sign_on import addresses, domains, metadata, providers, sealing
from accounts.single_sign_on.models import Identity, MailDomain, SignInProvider, UsedProof
from accounts.single_sign_on.terms import SetUpAlready, Terms, TermsMakeNoSense
from accounts.timeline.models import Activity
from tests.factories import people, saml
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


def test_administrator_sets_a_provider_up_at_their_own_customer_and_nowhere_above():
    tree = helios()
    chief = people.administrator(tree.europe)

    made = set_up(tree.europe, actor=chief)

    assert (made.customer, made.use, made.made_by) == (tree.europe, "off", chief)
    with pytest.raises(Refusal):
        set_up(tree.group, actor=chief, client_id="another")


def test_administrator_proves_a_domain_by_its_record_and_never_by_their_word():
    made = provider_of(group(), use="off")
    chief = people.administrator(made.customer)
    claimed = domains.claim(actor=chief, provider=made, name="nordwind.example", at=NOON)

    with pytest.raises(Refusal):
        domains.vouch(actor=chief, domain=claimed, because="It is ours", at=NOON)
    domains.verify(actor=chief, domain=claimed, at=NOON, look_up=lambda name: {claimed.code})

    claimed.refresh_from_db()
    assert (claimed.verified_at, claimed.vouched_by) == (NOON, None)


def test_administrator_of_one_node_alone_sets_nothing_up_for_what_stands_below_it():
    tree = helios()
    chief = people.administrator(tree.germany, scope="node")

    with pytest.raises(providers.NotOverAll, match="Helios Germany and everything below it"):
        set_up(tree.germany, actor=chief)
    assert SignInProvider.objects.count() == 0
    assert set_up(tree.lab, actor=people.administrator(tree.lab, scope="node")).customer == tree.lab


def test_administrator_who_is_denied_below_touches_no_provider_that_speaks_there():
    tree = helios()
    made, chief = provider_of(tree.germany, "nordwind.example", use="off"), people.administrator(tree.germany)
    people.joins(chief, tree.lab, "reader", effect="deny")
    acts = [
        lambda: set_up(tree.germany, actor=chief),
        lambda: providers.change(actor=chief, provider=made, terms=terms(tree.germany), at=NOON),
        lambda: providers.put_to_use(actor=chief, provider=made, use="offered", at=NOON),
        lambda: domains.claim(actor=chief, provider=made, name="another.example", at=NOON),
        lambda: domains.release(actor=chief, domain=made.domains.get(), at=NOON),
    ]

    for act in acts:
        with pytest.raises(providers.NotOverAll):
            act()

    assert (SignInProvider.objects.get().use, made.domains.get().name) == ("off", "nordwind.example")


@pytest.mark.parametrize("role", ["payer", "member", "reader"])
def test_who_does_not_administer_the_customer_sets_nothing_up(role):
    customer = group()

    with pytest.raises(Refusal):
        set_up(customer, actor=people.member(customer, role))

    assert SignInProvider.objects.count() == 0


def test_administrator_sets_nothing_up_at_another_customer():
    customer = group()

    with pytest.raises(Refusal):
        set_up(customer, actor=people.administrator(group("Elsewhere")))


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
    with pytest.raises(TermsMakeNoSense):
        set_up(group(), **other)


def test_newcomers_never_stand_outside_the_customer():
    tree = helios()

    with pytest.raises(TermsMakeNoSense):
        set_up(tree.germany, joins_at=tree.us)
    assert set_up(tree.germany, joins_at=tree.lab).joins_at == tree.lab


def test_same_client_is_not_set_up_for_two_organisations():
    set_up(group())

    with pytest.raises(SetUpAlready):
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


def test_saml_provider_is_set_up_by_its_metadata_and_keeps_them_when_none_are_given():
    customer = group()
    said = {"protocol": "saml", "issuer": "", "client_id": "", "secret": ""}
    made = set_up(customer, metadata=saml.metadata(saml.key("old"), saml.key("new")), **said)

    changed = providers.change(actor=None, provider=made, terms=terms(customer, name="Nord", **said), at=NOON)

    assert (changed.name, changed.issuer, changed.entrance) == ("Nord", saml.ISSUER, saml.ENTRANCE)
    assert changed.certificates == [saml.key("old").certificate, saml.key("new").certificate]
    assert (changed.client_id, changed.sealed_secret, changed.use) == (made.ref, "", "off")


def test_new_metadata_change_the_certificates_and_the_timeline_says_so():
    made = saml.saml_provider_of(group())
    said = terms(made.customer, protocol="saml", metadata=saml.metadata(saml.key("new")))

    providers.change(actor=None, provider=made, terms=said, at=NOON)

    made.refresh_from_db()
    assert made.certificates == [saml.key("new").certificate]
    assert "certificates" in Activity.objects.get(kind="accounts.provider_changed").facts["changed"]


def test_administrator_who_swaps_the_certificates_switches_the_provider_off_and_proves_the_domain_anew():
    made = saml.saml_provider_of(group(), "nordwind.example", use="enforced")
    proven, chief = made.domains.get(), people.administrator(made.customer)
    MailDomain.objects.filter(pk=proven.pk).update(vouched_by=people.manager(), vouched_because="On file")
    said = terms(made.customer, protocol="saml", metadata=saml.metadata(saml.key(), saml.key("of somebody else")))

    assert providers.change(actor=chief, provider=made, terms=said, at=NOON).use == "off"

    now = made.domains.get()
    assert (now.verified_at, now.vouched_by, now.vouched_because, now.code != proven.code) == (None, None, "", True)
    with pytest.raises(domains.RecordNotFound):
        domains.verify(actor=chief, domain=now, at=NOON, look_up=lambda name: {proven.code})
    with pytest.raises(providers.NotReady):
        providers.put_to_use(actor=chief, provider=made, use="offered", at=NOON)
    told = Activity.objects.get(kind="accounts.provider_changed").facts
    assert (told["by"], told["proven_anew"]) == (chief.email, True)


def test_record_looked_up_for_the_old_certificates_proves_nothing_of_the_new_ones():
    made = saml.saml_provider_of(group(), use="off")
    chief = people.administrator(made.customer)
    claimed = domains.claim(actor=chief, provider=made, name="nordwind.example", at=NOON)
    said = terms(made.customer, protocol="saml", metadata=saml.metadata(saml.key("of somebody else")))

    def swapped_meanwhile(name):
        providers.change(actor=chief, provider=made, terms=said, at=NOON)
        return {claimed.code}

    with pytest.raises(domains.RecordNotFound, match="has changed meanwhile"):
        domains.verify(actor=chief, domain=claimed, at=NOON, look_up=swapped_meanwhile)
    assert made.domains.get().verified_at is None


@pytest.mark.parametrize("other", [{"client_id": "another"}, {"issuer": "https://id.other.example"}])
def test_administrator_who_changes_client_or_issuer_proves_the_domain_anew(other):
    made = provider_of(group(), "nordwind.example", issuer="https://id.nordwind.example")
    said = terms(made.customer, secret="", **other)

    changed = providers.change(actor=people.administrator(made.customer), provider=made, terms=said, at=NOON)

    assert (changed.use, made.domains.get().verified_at) == ("off", None)


def test_name_secret_fewer_certificates_and_what_a_manager_changes_leave_the_proof_as_it_is():
    customer, old, new = group(), saml.key("old"), saml.key("new")
    made, chief = saml.saml_provider_of(customer, "nordwind.example", keys=(old, new)), people.administrator(customer)
    said = {"protocol": "saml", "name": "Nord"}
    fewer, swapped = saml.metadata(new), saml.metadata(saml.key("newest"))

    providers.change(actor=chief, provider=made, terms=terms(customer, metadata=fewer, **said), at=NOON)
    providers.change(actor=people.manager(), provider=made, terms=terms(customer, metadata=swapped, **said), at=NOON)

    made.refresh_from_db()
    assert (made.use, made.certificates) == ("offered", [saml.key("newest").certificate])
    assert made.domains.get().verified_at == NOON


def test_saml_provider_that_knows_somebody_keeps_its_issuer():
    made = saml.saml_provider_of(group())
    Identity.objects.create(provider=made, subject="ada", user=people.administrator(made.customer), first_at=NOON, last_at=NOON)
    said = terms(made.customer, protocol="saml", metadata=saml.metadata(issuer="https://other.example"))

    with pytest.raises(providers.KnowsPeople):
        providers.change(actor=None, provider=made, terms=said, at=NOON)

    assert SignInProvider.objects.get().issuer == saml.ISSUER


DECLARED = '<?xml version="1.0"?>'
NO_METADATA = {
    "no XML": ("no xml at all", "This is no XML."),
    "a DTD": ('<!DOCTYPE x [<!ENTITY a "b">]>' + saml.metadata().removeprefix(DECLARED), "without a DTD"),
    "nobody who signs in": ("<md xmlns='urn:x'/>", "describes no provider"),
    "two providers": (
        "<all>" + saml.metadata().removeprefix(DECLARED) * 2 + "</all>", "signs people in, or more than one"
    ),
    "no certificate to sign with": (saml.metadata(use=' use="encryption"'), "1 to 6 certificates"),
    "a broken certificate": (saml.metadata(saml.Key(b"", "AAAA")), "cannot be read"),
    "a weak key": (saml.metadata(saml.key("weak", 1024)), "weak key"),
    "no name": (saml.metadata(issuer=""), "1 to 200 signs"),
    "an entrance by http": (saml.metadata(entrance="http://saml.nordwind.example/"), "sent to sign in by https"),
    "an entrance with a password": (saml.metadata(entrance="https://a:b@saml.nordwind.example/"), "no password"),
    "a script as entrance": (saml.metadata(entrance="javascript:alert(1)"), "sent to sign in by https"),
    "too much": ("x" * 200_001, "at most 200 kB"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_METADATA)
def test_metadata_we_cannot_use_are_refused_in_one_sentence(name):
    given, sentence = NO_METADATA[name]

    with pytest.raises(Refusal, match=sentence):
        set_up(group(), protocol="saml", metadata=given)

    assert SignInProvider.objects.count() == 0


def test_certificates_without_a_use_sign_too():
    assert metadata.read(saml.metadata(use="")).certificates == (saml.key().certificate,)


def test_saml_provider_without_certificates_is_never_in_use():
    made = saml.saml_provider_of(group())

    with pytest.raises(IntegrityError, match="saml_provider_in_use_has_certificates"), transaction.atomic():
        SignInProvider.objects.filter(pk=made.pk).update(certificates=[])
    with pytest.raises(IntegrityError, match="saml_provider_in_use_has_certificates"), transaction.atomic():
        SignInProvider.objects.filter(pk=made.pk).update(entrance="")


def test_proof_is_used_once_in_the_database_too():
    made = saml.saml_provider_of(group())
    UsedProof.objects.create(provider=made, digest="a" * 64, until=NOON)

    with pytest.raises(IntegrityError, match="proof_is_used_once"), transaction.atomic():
        UsedProof.objects.create(provider=made, digest="a" * 64, until=NOON)
