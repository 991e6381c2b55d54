"""The details of a customer: confirming, asking for changes, deciding."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers import addresses
from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.quality.models import ChangeRequest, Confirmation
from tests.factories import people
from tests.factories.customers import NOON
from window.formats import day

pytestmark = pytest.mark.django_db


def send(viewer, route, *keys, form=None):
    client = Client()
    client.force_login(viewer)
    address = reverse(f"portal:{route}", args=keys)
    return client.get(address) if form is None else client.post(address, form)


def test_bad_tax_id_is_refused_on_the_form_in_the_words_of_the_rule(tree):
    member = people.member(tree.germany)

    answer = send(member, "change_requests", tree.germany.number, form={"what": "tax_id", "tax_id": "DE136695967"})

    assert answer.status_code == 422
    assert "is no tax number: its check digit is wrong" in answer.content.decode()
    assert not ChangeRequest.objects.exists()


@pytest.mark.parametrize(("role", "told"), [("member", "An administrator"), ("administrator", "Another administrator")])
def test_who_asks_is_told_who_approves_it(tree, role, told):
    page = send(people.joins(people.person(), tree.germany, role=role).user, "details", tree.germany.number)

    assert f">{told} approves it." in page.content.decode()


def test_good_tax_id_waits_for_the_administrator_of_the_group_and_is_then_in_effect(tree):
    send(people.member(tree.germany), "change_requests", tree.germany.number, form={"what": "tax_id", "tax_id": "DE136695976"})
    administrator, change = people.administrator(tree.group), ChangeRequest.objects.get()

    assert "Waits for you" in send(administrator, "details", tree.group.number).content.decode()
    answer = send(administrator, "change_decisions", change.pk, form={"decision": "approve"})

    assert answer.status_code == 302
    assert Customer.objects.get(pk=tree.germany.pk).tax_id == "DE136695976"


def test_who_asked_and_who_decides_read_by_when_it_is_decided(tree):
    asking, administrator = people.member(tree.germany), people.administrator(tree.group)
    send(asking, "change_requests", tree.germany.number, form={"what": "tax_id", "tax_id": "DE136695976"})
    by = day(local_day(timezone.now(), tree.germany.timezone) + timedelta(days=5))

    mine = send(asking, "details", tree.germany.number).content.decode()
    theirs = send(administrator, "order_approvals", tree.group.number).content.decode()
    told = send(administrator, "details", tree.germany.number).content.decode()

    assert f"An administrator decides by {by}." in mine
    assert f"To be decided by {by}" in theirs and f"To be decided by {by}" in told


def test_who_asked_and_who_decides_read_that_the_day_has_passed(tree):
    asking, administrator = people.member(tree.germany), people.administrator(tree.group)
    send(asking, "change_requests", tree.germany.number, form={"what": "tax_id", "tax_id": "DE136695976"})
    ChangeRequest.objects.update(asked_at=timezone.now() - timedelta(days=7))

    mine = send(asking, "details", tree.germany.number).content.decode()
    theirs = send(administrator, "order_approvals", tree.group.number).content.decode()

    assert "An administrator should have decided by" in mine and "and is reminded. Until then nothing changes." in mine
    assert "This day has passed." in theirs


def test_administrator_approves_a_change_from_the_page_that_lists_what_waits_with_its_token(tree):
    send(people.member(tree.germany), "change_requests", tree.germany.number, form={"what": "tax_id", "tax_id": "DE136695976"})
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.administrator(tree.group))

    page = browser.get(reverse("portal:order_approvals", args=[tree.group.number])).content.decode()
    form = re.search(r'<form[^>]*action="([^"]*decisions/)">.*?value="([^"]+)"', page)
    answer = browser.post(form[1], {"decision": "approve", "csrfmiddlewaretoken": form[2]})

    assert answer.status_code == 302
    assert Customer.objects.get(pk=tree.germany.pk).tax_id == "DE136695976"


def test_address_is_changed_at_once_and_the_old_one_is_shown(tree):
    member = people.member(tree.berlin)

    send(member, "change_requests", tree.berlin.number, form={"what": "address", "street": "Allee 2", "city": "Berlin"})

    page = send(member, "details", tree.berlin.number).content.decode()
    assert "<ins>Allee 2</ins>" in page
    assert Customer.objects.get(pk=tree.berlin.pk).street == "Allee 2"


def test_one_click_confirms_the_details(tree):
    Customer.objects.update(created_at=timezone.now() - timedelta(days=400))
    member = people.member(tree.germany)
    assert "Are your details still right?" in send(member, "home", tree.germany.number).content.decode()

    send(member, "confirmations", tree.germany.number, form={})

    assert Confirmation.objects.get().confirmed_by == member
    assert "Are your details still right?" not in send(member, "home", tree.germany.number).content.decode()


def test_place_with_an_address_of_its_own_is_asked_once_a_year_and_one_click_answers(tree):
    Customer.objects.filter(pk=tree.berlin.pk).update(created_at=timezone.now() - timedelta(days=366), street="Allee 2")
    member = people.member(tree.berlin)
    assert "Are your details still right?" in send(member, "home", tree.berlin.number).content.decode()

    send(member, "confirmations", tree.berlin.number, form={})

    assert Confirmation.objects.get().customer == tree.berlin
    assert "Are your details still right?" not in send(member, "home", tree.berlin.number).content.decode()


def test_place_without_an_address_of_its_own_is_not_asked(tree):
    Customer.objects.filter(pk=tree.berlin.pk).update(created_at=timezone.now() - timedelta(days=366), street="")

    page = send(people.member(tree.berlin), "home", tree.berlin.number).content.decode()

    assert "Are your details still right?" not in page


def test_request_can_be_withdrawn(tree):
    member = people.member(tree.germany)
    send(member, "change_requests", tree.germany.number, form={"what": "legal_name", "legal_name": "Helios Germany GmbH"})

    send(member, "change_withdrawals", ChangeRequest.objects.get().pk, form={})

    assert ChangeRequest.objects.get().status == "withdrawn"


def test_change_of_another_customer_is_not_found(tree):
    send(people.member(tree.germany), "change_requests", tree.germany.number, form={"what": "legal_name", "legal_name": "X"})

    for person in (people.administrator(tree.us), people.administrator(tree.berlin)):
        assert send(person, "change_decisions", ChangeRequest.objects.get().pk, form={"decision": "approve"}).status_code == 404


def test_address_for_invoices_is_kept_shown_with_its_days_and_ended_by_a_member(tree):
    member, today = people.member(tree.berlin), local_day(timezone.now(), tree.berlin.timezone)
    desk = {"what": "sent_to", "purpose": "invoices", "street": "Hafen 1", "city": "Kiel", "effective_on": today}

    send(member, "change_requests", tree.berlin.number, form=desk)
    shown = send(member, "details", tree.berlin.number).content.decode()
    ending = {"what": "sent_to", "ends": tree.berlin.addresses.get().pk, "effective_on": today}
    send(member, "change_requests", tree.berlin.number, form=ending)

    assert "Hafen 1, Kiel" in shown and "End today" in shown
    assert not tree.berlin.addresses.exists()
    assert "<del>Hafen 1, Kiel</del>" in send(member, "details", tree.berlin.number).content.decode()


def test_address_of_earlier_days_stands_apart_and_is_not_ended_again(tree):
    spans = {"since": date(2024, 1, 1), "until": date(2025, 1, 1)}
    place = {"street": "Alter Hafen 9", "city": "Kiel"}
    addresses.keep(actor=None, customer=tree.berlin, purpose="visits", at=NOON, **spans, **place)

    page = send(people.member(tree.berlin), "details", tree.berlin.number).content.decode()

    assert "Earlier addresses" in page and "Alter Hafen 9, Kiel" in page
    assert "End today" not in page


def test_address_of_another_is_not_ended_and_the_page_says_why(tree):
    theirs = addresses.keep(
        actor=None,
        customer=tree.us,
        purpose="visits",
        since=date(2026, 1, 1),
        until=None,
        at=NOON,
        street="Pier 3",
        city="Boston",
    )

    answer = send(people.member(tree.berlin), "change_requests", tree.berlin.number, form={"what": "sent_to", "ends": theirs.pk})

    assert answer.status_code == 422
    assert "No such address is kept for you on that day." in answer.content.decode()
    assert tree.us.addresses.get() == theirs


def test_change_that_waits_stands_under_approvals_of_who_may_decide(tree):
    send(people.member(tree.germany), "change_requests", tree.germany.number, form={"what": "tax_id", "tax_id": "DE136695976"})

    page = send(people.administrator(tree.group), "order_approvals", tree.group.number).content.decode()

    assert "Changes of details" in page
    assert "<ins>DE136695976</ins>" in page
    assert "Nothing waits for you" not in page


def test_administrator_decides_in_a_browser_that_sends_back_only_what_the_page_holds(tree):
    send(people.member(tree.germany), "change_requests", tree.germany.number, form={"what": "tax_id", "tax_id": "DE136695976"})
    client, change = Client(enforce_csrf_checks=True), ChangeRequest.objects.get()
    client.force_login(people.administrator(tree.group))
    page = client.get(reverse("portal:order_approvals", args=[tree.group.number]))
    token = re.search(
        rf'action="[^"]*/{change.pk}/decisions/">.*?name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode()
    )

    client.post(
        reverse("portal:change_decisions", args=[change.pk]),
        {"decision": "refuse", "note": "It is our old one.", "csrfmiddlewaretoken": token[1]},
    )

    change.refresh_from_db()
    assert (change.status, change.note) == ("refused", "It is our old one.")
