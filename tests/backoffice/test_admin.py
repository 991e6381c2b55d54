"""The administration is for managers, changes by use cases only, and shows a refusal on the form."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.people import keys
from accounts.people.models import Membership
from accounts.quality.models import ChangeRequest
from accounts.single_sign_on import metadata, providers, records
from accounts.single_sign_on.models import MailDomain, SignInProvider
from accounts.timeline.models import Activity
from backoffice.admin.base import LookingAdmin, ManagersAdmin, UseCaseAdmin
from billing.catalog.models import Coupon
from billing.contracts import sunset
from billing.contracts.models import Redemption
from support.remedies.models import AuthorityGrant
from tests.factories import billing, customers, people, saml, single_sign_on, support

pytestmark = pytest.mark.django_db

OURS = {
    model: page for model, page in admin.site._registry.items() if model._meta.app_label in ("accounts", "billing", "support")
}
LISTS = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in OURS]


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_administration_marks_its_main_part_for_programs_that_read_aloud():
    page = client_of(people.manager()).get(reverse("admin:index")).content.decode()

    assert page.count('<div role="main" id="main"') == 1


@pytest.mark.parametrize("listing", LISTS)
def test_list_opens_for_managers_and_for_nobody_else(listing):
    support.limit()
    support.case().grant()

    assert client_of(people.manager()).get(reverse(listing)).status_code == 200
    for level in ("agent", "supervisor", "finance", "key_account"):
        assert client_of(people.staff(level)).get(reverse(listing)).status_code == 404


def test_every_page_is_to_look_at_or_names_its_use_case():
    by_hand = [page for page in OURS.values() if not isinstance(page, LookingAdmin | UseCaseAdmin)]
    silent = [page for page in OURS.values() if isinstance(page, UseCaseAdmin) and "carry_out" not in vars(type(page))]

    assert by_hand == []
    assert silent == []
    assert all(isinstance(page, ManagersAdmin) for page in OURS.values())


def test_nothing_is_deleted_in_the_administration(rf):
    request = rf.get("/")
    request.user = people.manager()

    assert [page for page in OURS.values() if page.has_delete_permission(request)] == []


def test_refusal_of_the_use_case_is_shown_on_the_form_with_what_was_typed():
    held = support.limit("agent", 25000, 100000)
    change = reverse("admin:support_authoritygrant_change", args=[held.pk])

    answer = client_of(people.manager()).post(change, {"per_ticket": "500.00", "per_day": "100.00"})

    assert "A limit is zero or more, and the limit for a day at least that for a ticket." in answer.content.decode()
    assert 'value="500.00"' in answer.content.decode()
    assert AuthorityGrant.objects.get().per_ticket_minor == 25000


def drag(node, onto):
    form = {"cmd": "move_node", "cut_item": node.pk, "pasted_on": onto.pk, "position": "last-child"}
    return client_of(people.manager()).post(
        reverse("admin:accounts_customer_changelist"), form, headers={"X-Requested-With": "XMLHttpRequest"}
    )


def test_dragging_a_node_asks_a_second_person_for_its_new_place():
    root = customers.group()
    berlin, paris = customers.below(root, "Berlin", "division"), customers.below(root, "Paris", "site")

    answer = drag(paris, berlin)

    asked = ChangeRequest.objects.get()
    assert answer.content == b"OK"
    assert (asked.customer, asked.place, asked.status) == (paris, berlin, "waiting")
    assert Customer.objects.get(pk=paris.pk).parent == root


def test_dragging_a_node_into_itself_is_refused_and_changes_nothing():
    root = customers.group()
    berlin = customers.below(root, "Berlin", "division")

    answer = drag(root, berlin)

    assert answer.content == b"FAIL"
    assert Customer.objects.get(pk=root.pk).parent is None


def test_secret_of_a_webhook_stands_on_the_answer_and_is_kept_nowhere():
    client, group = client_of(people.manager()), customers.group()
    sent = {"customer": group.pk, "url": "https://hooks.example/told", "note": "ERP", "topics": ["invoices"]}

    answer = client.post(reverse("admin:accounts_webhookendpoint_add"), sent)

    assert (answer.status_code, "whsec_" in answer.content.decode()) == (200, True)
    assert "no-store" in answer["Cache-Control"]
    assert "whsec_" not in str(dict(client.session))


@pytest.mark.parametrize("question", ["password__startswith=argon2", "is_superuser=1", "memberships__role=payer"])
def test_hidden_column_is_not_told_by_a_filter(question):
    assert client_of(people.manager()).get(f"{reverse('admin:accounts_user_changelist')}?{question}").status_code == 400


def test_offered_filter_still_filters():
    group = customers.group()
    listing = reverse("admin:accounts_customer_changelist")

    assert client_of(people.manager()).get(f"{listing}?tree_id__exact={group.tree_id}&kind__code__exact=group").status_code == 200


def test_nobody_signs_in_past_the_second_factor_through_the_administration():
    manager, colleague = people.manager(), people.manager()
    client = client_of(manager)

    answer = client.post("/admin/login/", {"username": colleague.email, "password": people.PASSWORD})

    assert answer["Location"] == "/accounts/login/"
    assert client.session["_auth_user_id"] == str(manager.pk)


def test_invitation_and_end_of_a_membership_name_the_manager():
    group, manager = customers.group(), people.manager()
    client = client_of(manager)
    add, listing = reverse("admin:accounts_membership_add"), reverse("admin:accounts_membership_changelist")

    client.post(add, {"email": "ada@helios.example", "customer": group.pk, "role": "reader", "scope": "node"})
    client.post(listing, {"action": "end", "_selected_action": [Membership.objects.get().pk]})

    told = Activity.objects.filter(kind__startswith="accounts.member_").order_by("pk")
    assert list(told.values_list("kind", "actor")) == [
        ("accounts.member_invited", manager.pk),
        ("accounts.member_revoked", manager.pk),
    ]


def test_grant_for_a_finding_whose_number_holds_a_nul_is_refused():
    case = support.case()
    fields = {"remedy": support.CREDIT, "finding": "F\x00", "key": uuid4()}

    answer = client_of(case.agent).post(reverse("backoffice:grants", args=[case.ticket.ref]), fields)

    assert answer.status_code == 422
    assert "There is no such double charge." in answer.content.decode()


def test_kind_loses_no_place_where_a_customer_stands():
    below = customers.below(customers.group(), "Berlin", "site")
    change = reverse("admin:accounts_customerkind_change", args=["site"])

    answer = client_of(people.manager()).post(change, {"label": "Location", "position": 3})

    assert "Berlin stands under a group: a location must stay allowed there." in answer.content.decode()
    assert below.kind.allowed_parents.filter(pk="group").exists()


def test_new_kind_is_defined_by_name_and_may_be_used_at_once():
    manager, group = people.manager(), customers.group()
    form = {"code": "post", "label": "Post", "allowed_parents": ["group"], "position": 9}

    client_of(manager).post(reverse("admin:accounts_customerkind_add"), form)

    assert customers.below(group, "Treasurer", "post").kind.label == "Post"
    assert Activity.objects.get(kind="accounts.kind_defined").actor == manager


def test_changed_bank_account_of_a_seller_is_kept_with_who_changed_it():
    manager, seller = people.manager(), billing.seller()
    change = reverse("admin:billing_legalentity_change", args=[seller.pk])
    form = {field.name: getattr(seller, field.name) for field in seller._meta.fields} | {"iban": "DE89370400440532013000"}

    answer = client_of(manager).post(change, form)

    told = Activity.objects.get(kind="billing.seller_defined")
    assert answer.status_code == 302
    assert (told.actor, told.facts["before"], told.facts["after"]) == (
        manager,
        {"iban": seller.iban},
        {"iban": "DE89370400440532013000"},
    )


def test_manager_ends_the_key_of_a_program():
    customer = customers.group("Nordwind")
    key, _ = keys.make(actor=None, customer=customer, name="ERP", scopes=keys.SCOPES, at=timezone.now())

    client_of(people.manager()).post(reverse("admin:accounts_apikey_changelist"), {"action": "end", "_selected_action": [key.pk]})

    key.refresh_from_db()
    assert key.revoked_at is not None


def test_manager_sets_up_single_sign_on_and_is_told_the_address_to_enter_but_never_the_secret():
    customer, manager = customers.group(), client_of(people.manager())
    said = {
        "customer": customer.pk, "name": "Nordwind ID", "issuer": "https://id.nordwind.example", "client_id": "accord",
        "secret": "s3cret-of-theirs", "joins_at": "", "joins_as": "reader",
    }  # fmt: skip

    saved = manager.post(reverse("admin:accounts_signinprovider_add"), said)

    made = SignInProvider.objects.get()
    page = manager.get(reverse("admin:accounts_signinprovider_change", args=[made.pk])).content.decode()
    assert (saved.status_code, made.customer, made.use, providers.secret_of(made)) == (302, customer, "off", "s3cret-of-theirs")
    assert f"/accounts/single-sign-on/{made.ref}/back/" in page
    assert "s3cret-of-theirs" not in page


def test_provider_becomes_the_only_way_once_a_manager_vouched_for_a_domain_and_named_an_administrator():
    provider = single_sign_on.provider_of(customers.group(), use="off")
    chief, manager = people.administrator(provider.customer), client_of(people.manager())
    page = reverse("admin:accounts_signinprovider_change", args=[provider.pk])
    said = {name: getattr(provider, name) for name in ("name", "issuer", "client_id", "joins_as")}
    said |= {"secret": "", "joins_at": provider.customer.pk, "use": "enforced"}

    early = manager.post(page, said)
    claim = {"provider": provider.pk, "name": "nordwind.example", "vouched_because": "On their contract"}
    manager.post(reverse("admin:accounts_maildomain_add"), claim)
    manager.post(reverse("admin:accounts_namedadministrator_add"), {"provider": provider.pk, "user": chief.pk})
    saved = manager.post(page, said)

    assert "Verify a mail domain first: it decides who is led there." in early.content.decode()
    assert (saved.status_code, SignInProvider.objects.get().use) == (302, "enforced")
    assert MailDomain.objects.get().vouched_because == "On their contract"


def test_record_that_is_not_there_is_said_with_what_it_should_say(monkeypatch):
    monkeypatch.setattr(records.dns.resolver, "resolve", lambda name, kind, lifetime: [])
    provider, manager = single_sign_on.provider_of(customers.group(), use="off"), client_of(people.manager())
    manager.post(reverse("admin:accounts_maildomain_add"), {"provider": provider.pk, "name": "nordwind.example"})
    claimed = MailDomain.objects.get()

    chosen = {"action": "look_up", "_selected_action": [claimed.pk]}
    page = manager.post(reverse("admin:accounts_maildomain_changelist"), chosen, follow=True).content.decode()

    assert f"There is no TXT record _accord.nordwind.example that says {claimed.code}." in page
    assert MailDomain.objects.get().verified_at is None


def test_manager_sets_saml_up_by_a_file_of_metadata_and_sees_with_what_it_signs():
    customer, manager = customers.group(), client_of(people.manager())
    said = {
        "customer": customer.pk, "protocol": "saml", "name": "Nordwind ID", "joins_at": "", "joins_as": "reader",
        "metadata_file": SimpleUploadedFile("metadata.xml", saml.metadata().encode(), "text/xml"),
    }  # fmt: skip

    saved = manager.post(reverse("admin:accounts_signinprovider_add"), said)

    made = SignInProvider.objects.get()
    page = manager.get(reverse("admin:accounts_signinprovider_change", args=[made.pk])).content.decode()
    assert (saved.status_code, made.issuer, made.entrance, made.use) == (302, saml.ISSUER, saml.ENTRANCE, "off")
    assert metadata.shown(saml.key().certificate).fingerprint in page.replace("<wbr>", "")
    assert f"/accounts/single-sign-on/{made.ref}/metadata/" in page


def test_change_of_a_saml_provider_without_new_metadata_keeps_what_there_is():
    provider, manager = saml.saml_provider_of(customers.group(), "nordwind.example"), client_of(people.manager())
    said = {"name": "Nord", "joins_at": provider.customer.pk, "joins_as": "member", "use": "off", "metadata": ""}

    manager.post(reverse("admin:accounts_signinprovider_change", args=[provider.pk]), said)

    made = SignInProvider.objects.get()
    assert (made.name, made.joins_as, made.use, made.protocol) == ("Nord", "member", "off", "saml")
    assert (made.issuer, made.certificates) == (saml.ISSUER, [saml.key().certificate])


def test_metadata_that_are_none_are_said_on_the_form_and_nothing_is_set_up():
    said = {"customer": customers.group().pk, "protocol": "saml", "name": "N", "joins_as": "reader", "metadata": "<x/>"}

    page = client_of(people.manager()).post(reverse("admin:accounts_signinprovider_add"), said)

    assert "It describes no provider that signs people in" in page.content.decode()
    assert SignInProvider.objects.count() == 0


def test_manager_defines_a_coupon_and_gives_it_to_a_contract():
    manager, running = client_of(people.manager()), billing.subscribed(customers.group())
    given = {"code": "spring", "name": "Spring", "percent": "20", "periods": "3"}

    manager.post(reverse("admin:billing_coupon_add"), given)
    coupon = Coupon.objects.get()
    redeemed = {"coupon": coupon.pk, "contract": running.contract_id, "since": "2026-03-01"}
    manager.post(reverse("admin:billing_redemption_add"), redeemed)
    held = Redemption.objects.get()
    manager.post(reverse("admin:billing_redemption_change", args=[held.pk]), {"until": "2026-06-01"})
    held.refresh_from_db()

    assert (held.coupon, held.contract, str(held.since), str(held.until)) == (
        coupon,
        running.contract,
        "2026-03-01",
        "2026-06-01",
    )


def test_coupon_of_an_amount_is_written_as_money():
    given = {"code": "ten", "name": "Ten", "amount": "10.50", "currency": "EUR"}

    client_of(people.manager()).post(reverse("admin:billing_coupon_add"), given)

    assert (Coupon.objects.get().amount_minor, Coupon.objects.get().currency) == (1050, "EUR")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"percent": "20", "amount": "5.00", "currency": "EUR"}, "A coupon takes off either a percentage or an amount."),
        ({"percent": "120"}, "A percentage is above 0 and at most 100, not 120."),
        ({"amount": "a lot", "currency": "EUR"}, "not an amount"),
        ({"percent": "5", "periods": "0"}, "A coupon lasts from 1 to 1200 billing periods."),
    ],
)
def test_coupon_that_makes_no_sense_is_refused_on_its_form(given, reason):
    answer = client_of(people.manager()).post(reverse("admin:billing_coupon_add"), {"code": "x", "name": "X", **given})

    assert reason in answer.content.decode()
    assert not Coupon.objects.exists()


def test_product_lists_who_has_it_and_until_when():
    running = billing.subscribed(customers.group("Orion"))
    page = reverse("admin:billing_product_change", args=[running.product_id])

    assert f"Orion · {running.ref} · renewed" in client_of(people.manager()).get(page).content.decode()

    ends = dict.fromkeys(("sale_ends_on", "renewal_ends_on"), timezone.localdate() + timedelta(days=180))
    sunset.give_up(actor=None, product=running.product, support_ends_on=None, successor=None, at=timezone.now(), **ends)

    assert f"Orion · {running.ref} · until before" in client_of(people.manager()).get(page).content.decode()
