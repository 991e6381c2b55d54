"""What a customer sees and does about an invoice that is not paid."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from billing import tasks
from billing.amendments import ordering
from billing.amendments.ordering import Order
from billing.dunning import stepping
from billing.dunning.models import Dispute, DunningPause, PaymentPlan, StepTaken
from billing.invoices.documents import rendering
from billing.invoices.models import Document
from tests.factories import billing, customers, people
from tests.factories.overdue import overdue
from tests.portal.visiting import words

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    """Stand at one fixed noon, so that no day changes while a test runs."""
    with time_machine.travel(NOW, tick=False):
        yield


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, document) -> str:
    return words(client_of(person).get(reverse("portal:invoice", args=[document.ref])))


def stopped(customer):
    """An invoice that stands on the step that stops orders."""
    document = overdue(customer)
    for days in (40, 33, 26, 19):
        stepping.take_due(at=NOW - timedelta(days=days))
    return document


@pytest.mark.parametrize(("role", "offered"), [("member", False), ("payer", True)])
def test_payment_plans_are_offered_to_who_may_agree_on_one(role, offered):
    customer = customers.group("Nordwind")
    overdue(customer)
    person = people.joins(people.person(), customer, role=role).user

    invoices = client_of(person).get(reverse("portal:invoices", args=[customer.number]))

    assert (reverse("portal:payment_plans", args=[customer.number]) in invoices.content.decode()) is offered


def test_overdue_invoice_says_what_comes_next():
    customer = customers.group("Nordwind")
    document = overdue(customer)
    stepping.take_due(at=NOW)

    told = page(people.member(customer), document)

    assert "What happens next" in told
    assert "We charge a reminder fee of 5.00 EUR" in told


def test_reminder_stands_once_on_the_home_page_and_with_its_letter_under_all_activity():
    customer = customers.group("Nordwind")
    document, person = overdue(customer), people.payer(customer)
    stepping.take_due(at=NOW)
    step, letter = f"Invoice {document.ref}: reminder sent", "We wrote about 50.00 EUR that are overdue"

    home, activity = (
        words(client_of(person).get(reverse(f"portal:{name}", args=[customer.number]))) for name in ("home", "activity")
    )

    assert (home.count(step), home.count(letter)) == (1, 0)
    assert (activity.count(step), activity.count(letter)) == (1, 1)


def test_invoice_that_is_not_due_says_nothing_of_it():
    customer = customers.group("Nordwind")

    assert "What happens next" not in page(people.member(customer), billing.invoice(customer, 100, on=TODAY))


def test_payer_promises_a_day_from_the_invoice():
    customer = customers.group("Nordwind")
    document, day = overdue(customer), TODAY + timedelta(days=5)

    client_of(people.payer(customer)).post(reverse("portal:payment_promises", args=[document.ref]), {"pay_on": day})

    assert DunningPause.objects.get().until == day + timedelta(days=1)


def test_promise_too_far_ahead_is_refused_with_a_reason():
    customer = customers.group("Nordwind")
    payer, document = people.payer(customer), overdue(customer)
    client = client_of(payer)

    answer = client.post(
        reverse("portal:payment_promises", args=[document.ref]), {"pay_on": TODAY + timedelta(days=90)}, follow=True
    )

    assert "Choose a day within the next 14 days." in words(answer)
    assert not DunningPause.objects.exists()


def test_payer_agrees_to_pay_in_parts():
    customer = customers.group("Nordwind")
    document = overdue(customer, 10000)
    address = reverse("portal:payment_plans", args=[customer.number])

    client_of(people.payer(customer)).post(address, {"documents": [document.ref], "count": 3, "first_on": TODAY})

    plan = PaymentPlan.objects.get()
    assert [part.amount_minor for part in plan.instalments.all()] == [3333, 3333, 3334]
    assert "It is being paid in 3 parts" in page(people.member(customer), document)


def test_invoice_in_a_plan_is_not_offered_for_another_one():
    customer = customers.group("Nordwind")
    planned, other = overdue(customer, 10000), overdue(customer, 5000)
    client, address = client_of(people.payer(customer)), reverse("portal:payment_plans", args=[customer.number])

    client.post(address, {"documents": [planned.ref], "count": 3, "first_on": TODAY})
    form = client.get(address).context["form"]

    assert [ref for ref, _words in form.fields["documents"].choices] == [other.ref]


def test_more_parts_than_are_theirs_are_refused_with_who_may():
    customer = customers.group("Nordwind")
    document = overdue(customer, 10000)
    address = reverse("portal:payment_plans", args=[customer.number])

    answer = client_of(people.payer(customer)).post(address, {"documents": [document.ref], "count": 9, "first_on": TODAY})

    assert answer.status_code == 422
    assert "A plan has between two and 3 parts." in words(answer)
    assert not PaymentPlan.objects.exists()


def test_asking_about_a_line_takes_it_out_of_what_is_asked_for_once():
    customer = customers.group("Nordwind")
    member, document = people.member(customer), overdue(customer)
    form = {
        "subject": "Wrong", "text": "We never used it.", "kind": "billing", "invoice": document.ref, "line": 1, "dispute": "on",
        "key": "11111111-1111-4111-8111-111111111111",
    }  # fmt: skip
    client = client_of(member)

    for _ in range(2):
        client.post(reverse("portal:tickets", args=[customer.number]), form)

    dispute = Dispute.objects.get()
    assert (dispute.amount_minor, dispute.ticket_ref[:2]) == (5000, "T-")
    assert stepping.take_due(at=NOW) == 0
    assert "In dispute" in page(member, document)
    client.post(reverse("portal:dispute_withdrawals", args=[dispute.pk]))
    assert stepping.take_due(at=NOW) == 1


def test_a_question_without_a_dispute_leaves_it_asked_for():
    customer = customers.group("Nordwind")
    document = overdue(customer)
    form = {
        "subject": "A question", "text": "What is it?", "kind": "billing", "invoice": document.ref, "line": 1,
        "key": "11111111-1111-4111-8111-111111111111",
    }  # fmt: skip

    client_of(people.member(customer)).post(reverse("portal:tickets", args=[customer.number]), form)

    assert not Dispute.objects.exists()


def test_orders_stop_at_the_step_that_stops_them_and_say_the_way_out():
    customer = customers.group("Nordwind")
    subscription, administrator = billing.subscribed(customer, on=TODAY, at=NOW), people.administrator(customer)
    document = stopped(customer)

    answer = client_of(administrator).post(
        reverse("portal:orders", args=[subscription.contract.ref]),
        {"plan": "PRO", "quantity": 1, "customer": customer.number, "since": TODAY + timedelta(days=1)},
    )

    assert StepTaken.objects.filter(document=document, action="restrict").exists()
    assert answer.status_code == 422
    assert f"invoice {document.ref} are overdue" in words(answer)


def test_api_says_how_far_a_customer_may_go():
    customer = customers.group("Nordwind")
    document = stopped(customer)

    told = client_of(people.member(customer)).get(reverse("api:entitlement", args=[customer.number])).json()

    assert (told["state"], told["document"]) == ("restricted", document.ref)


def test_order_that_was_quoted_before_is_not_started_after_the_stop():
    customer = customers.group("Nordwind")
    subscription, administrator = billing.subscribed(customer, on=TODAY, at=NOW), people.administrator(customer)
    order = Order("PRO", 1, TODAY + timedelta(days=1))
    quote = ordering.quote(
        actor=administrator, contract=subscription.contract, customer=customer, order=order, at=NOW, today=TODAY
    )
    stopped(customer)

    answer = client_of(administrator).post(reverse("portal:applications", args=[quote.pk]), follow=True)

    assert "are overdue" in words(answer)
    assert customer.subscriptions.count() == 1


def test_sheet_of_invoices_holds_figures_and_nothing_that_runs():
    customer = customers.group("=HYPERLINK(1)")
    billing.invoice(customer, 12345, on=TODAY)

    answer = client_of(people.member(customer)).get(reverse("portal:invoice_sheet", args=[customer.number]))
    heading, row = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert heading.startswith("Number,Kind,Customer number,Customer")
    assert "'=HYPERLINK(1)" in row
    assert "EUR,123.45,0.00,123.45,123.45" in row


def test_archive_holds_the_pdf_of_each_invoice_of_the_list_and_prints_what_was_never_printed():
    customer = customers.group("Nordwind")
    kept, unprinted = (billing.invoice(customer, 100, on=TODAY) for _ in range(2))
    rendering.keep(kept, "en", b"%PDF kept")

    answer = client_of(people.member(customer)).get(reverse("portal:invoice_archive", args=[customer.number]))

    packed = ZipFile(BytesIO(answer.content))
    assert sorted(packed.namelist()) == sorted(f"{document.ref}.pdf" for document in (kept, unprinted))
    assert packed.read(f"{kept.ref}.pdf") == b"%PDF kept"
    assert packed.read(f"{unprinted.ref}.pdf") == rendering.pdf_of(unprinted, "en")
    assert Document.objects.count() == 2


def test_many_documents_never_printed_are_printed_by_workers_and_then_handed_over(monkeypatch):
    customer, asked = customers.group("Nordwind"), []
    made = [billing.invoice(customer, 100, on=TODAY) for _ in range(4)]
    monkeypatch.setattr(tasks.render_documents, "delay", lambda *given: asked.append(given))
    client, address = client_of(people.member(customer)), reverse("portal:invoice_archive", args=[customer.number])

    led = [client.get(address, {"state": "all"}) for _ in range(2)]
    waiting = words(client.get(led[0].url))
    for document in made:
        rendering.keep(document, "en", b"%PDF kept")
    ready = words(client.get(led[0].url))
    packed = ZipFile(BytesIO(client.get(address, {"state": "all"}).content))

    assert [answer.url for answer in led] == [f"{reverse('portal:invoice_printing', args=[customer.number])}?state=all"] * 2
    assert sorted(pk for keys, language in asked for pk in keys) == [document.pk for document in made]
    assert ("0 of 4 documents are printed" in waiting, "All 4 documents are ready" in ready) == (True, True)
    assert len(packed.namelist()) == 4


def test_archive_of_nothing_leads_nowhere_else():
    customer = customers.group("Nordwind")

    answer = client_of(people.member(customer)).get(reverse("portal:invoice_archive", args=[customer.number]))

    assert (answer.status_code, ZipFile(BytesIO(answer.content)).namelist()) == (200, [])
