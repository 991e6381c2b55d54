"""Prepaid credit as our own people see and sell it."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.customers import responsibilities
from billing.invoices import run, wallets
from billing.invoices.models import CreditOrder, Document
from billing.money import Money
from tests.backoffice.test_query_counts import statements
from tests.factories import billing, customers, people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
DAY, NOON = billing.FIRST_DAY, billing.NOON


@pytest.fixture
def berlin():
    return billing.subscribed(customers.group("Berlin")).customer


def bought(customer, amount="100.00", key=None):
    return wallets.top_up(
        actor=people.payer(customer), customer=customer, amount=Money.of(amount, "EUR"), on=DAY, at=NOON, key=key or uuid4()
    )


def page(viewer, customer):
    return browser_of(viewer).get(reverse("backoffice:customer_wallet", args=[customer.number]))


def order(viewer, customer, **given):
    facts = {"wallet": "accord EUR", "amount": "250.00", "key": str(UUID(int=3))} | given
    return browser_of(viewer).post(reverse("backoffice:credit_orders", args=[customer.number]), facts)


def test_page_says_what_was_bought_used_and_is_held(berlin):
    invoice = bought(berlin)
    [billed] = run.bill(payer=berlin, on=DAY, at=NOON)

    shown = page(people.finance(), berlin)

    [row] = shown.context["wallets"]
    assert (str(row.moved.bought), str(row.moved.otherwise), str(row.moved.used)) == ("100.00 EUR", "0.00 EUR", "62.00 EUR")
    assert row.wallet.held == Money(3800, "EUR")
    assert [move.amount.amount_minor for move in shown.context["moves"]] == [-6200, 10000]
    for document in (invoice, billed):
        assert reverse("backoffice:document", args=[document.ref]) in shown.content.decode()


def test_agent_sells_credit_once_per_form(berlin):
    answers = [order(people.agent(), berlin) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [document.total_minor for document in Document.objects.all()] == [25000]
    assert wallets.of(berlin, DAY)[0].held == Money(25000, "EUR")


@pytest.mark.parametrize(
    "wrong", [{"amount": "0"}, {"amount": "-1"}, {"amount": "x"}, {"amount": "100000.01"}, {"wallet": "other EUR"}]
)
def test_order_that_is_none_is_refused_beside_its_field(berlin, wrong):
    answer = order(people.agent(), berlin, **wrong)

    assert (answer.status_code, list(answer.context["form"].errors), Document.objects.count()) == (422, list(wrong), 0)


def test_order_over_the_limit_waits_under_approvals_and_one_click_sells_it(berlin):
    agent, supervisor = people.agent(), people.supervisor()

    order(agent, berlin, amount="6000.00")
    asked = CreditOrder.objects.get()
    mine, inbox = words(page(agent, berlin)), browser_of(supervisor).get(reverse("backoffice:approvals"))
    answers = [
        browser_of(supervisor).post(reverse("backoffice:credit_order_decisions", args=[asked.pk]), {"decision": "approve"})
        for _ in range(2)
    ]

    assert "Waiting" in mine and "Withdraw" in mine and Document.objects.count() == 1
    assert "6,000.00" in words(inbox) and [case["order"] for case in inbox.context["credit_orders"]] == [asked]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert wallets.of(berlin, DAY)[0].held == Money(600_000, "EUR")


def test_buttons_of_both_pages_carry_their_token(berlin):
    agent = people.agent()
    waiting = billing.credit_order(berlin, by=agent)
    inbox, own = reverse("backoffice:approvals"), reverse("backoffice:customer_wallet", args=[berlin.number])

    for viewer, address, said in ((people.supervisor(), inbox, {"decision": "refuse", "note": "No."}), (agent, own, {})):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(viewer)
        shown = browser.get(address).content.decode()
        form = re.search(
            r'<form[^>]*action="(/backoffice/credit-orders/[^"]*)">.*?name="csrfmiddlewaretoken" value="([^"]+)"', shown
        )
        assert browser.post(form[1], said | {"csrfmiddlewaretoken": form[2]}).status_code == 302
        CreditOrder.objects.filter(pk=waiting.pk).update(status="waiting", decided_at=None, decided_by=None)


def test_order_is_turned_down_with_a_reason_its_asker_reads(berlin):
    agent, supervisor = people.agent(), browser_of(people.supervisor())
    order(agent, berlin, amount="6000.00")
    address = reverse("backoffice:credit_order_decisions", args=[CreditOrder.objects.get().pk])

    missing = supervisor.post(address, {"decision": "refuse"})
    supervisor.post(address, {"decision": "refuse", "note": "They owe us."})

    assert missing.status_code == 422 and "Say why" in words(missing)
    assert "They owe us." in words(page(agent, berlin)) and Document.objects.count() == 0


def test_agent_takes_back_their_own_order_and_no_colleagues(berlin):
    agent = people.agent()
    order(agent, berlin, amount="6000.00")
    address = reverse("backoffice:credit_order_withdrawals", args=[CreditOrder.objects.get().pk])

    browser_of(people.agent()).post(address)
    before = CreditOrder.objects.get().status
    browser_of(agent).post(address)

    assert (before, CreditOrder.objects.get().status) == ("waiting", "withdrawn")


def test_programs_place_list_and_read_orders(berlin):
    client, supervisor = browser_of(people.agent()), browser_of(people.supervisor())
    address = reverse("staff_api:customer_credit_orders", args=[berlin.number])

    def placing(amount, key):
        body = {"amount": amount, "currency": "eur"}
        return client.post(address, body, content_type="application/json", headers={"Idempotency-Key": key})

    sold, waits, again = placing("10.00", "a"), placing("6000.00", "b"), placing("6000.00", "b")
    [listed] = supervisor.get(reverse("staff_api:credit_orders")).json()["results"]
    decisions = reverse("staff_api:credit_order_decisions", args=[listed["id"]])
    decided = supervisor.post(decisions, {"approve": True}, content_type="application/json").json()

    assert [answer.status_code for answer in (sold, waits, again)] == [201, 202, 202]
    assert waits.json() == again.json() and listed == waits.json()["waiting"]
    assert (decided["status"], decided["amount"]["amount"]) == ("approved", "6000.00")
    assert placing("6000.00", "b").json() == {"document": decided["document"], "waiting": None}


def test_approvals_take_the_same_statements_for_one_order_and_for_three(berlin):
    viewer, address = people.supervisor(), reverse("backoffice:approvals")
    billing.credit_order(berlin)
    one = statements(viewer, address)
    billing.credit_order(berlin)
    billing.credit_order(billing.subscribed(customers.group("Paris")).customer)

    assert statements(viewer, address) == one


def test_finance_sees_the_credit_and_who_takes_orders(berlin):
    shown = words(page(people.finance(), berlin))

    assert ("Sell and issue the invoice" in shown, "take orders for credit" in shown) == (False, True)


def test_page_of_a_customer_for_whom_another_pays_leads_to_the_payer(berlin):
    lab = customers.below(berlin)
    billing.subscribed(lab)
    responsibilities.set_payer(actor=None, customer=lab, payer=berlin, since=DAY, at=NOON)

    shown = page(people.agent(), lab)

    assert shown.context["wallets"] == []
    assert reverse("backoffice:customer_wallet", args=[berlin.number]) in shown.content.decode()
    assert f"{berlin.name} pays for this customer" in words(shown)


def test_overview_leads_to_the_credit(berlin):
    overview = browser_of(people.agent()).get(reverse("backoffice:customer", args=[berlin.number])).content.decode()

    assert reverse("backoffice:customer_wallet", args=[berlin.number]) in overview


def test_page_takes_the_same_statements_for_one_move_and_for_three(berlin):
    viewer, address = people.agent(), reverse("backoffice:customer_wallet", args=[berlin.number])
    bought(berlin)
    one = statements(viewer, address)
    bought(berlin)
    bought(berlin)

    assert statements(viewer, address) == one


def test_list_says_who_holds_credit_and_what_it_comes_to(berlin):
    paris = billing.subscribed(customers.group("Paris")).customer
    bought(berlin)
    bought(paris, "250.00")
    viewer = browser_of(people.finance())

    told = words(viewer.get(reverse("backoffice:wallet_list")))
    lines = b"".join(viewer.get(reverse("backoffice:wallet_sheet")).streaming_content).decode().splitlines()

    assert "350.00 EUR" in told
    assert told.index("Paris") < told.index("Berlin")
    assert [line.split(",")[1:] for line in lines[1:]] == [
        ["Paris", "accord", "EUR", "250.00"],
        ["Berlin", "accord", "EUR", "100.00"],
    ]


def test_list_of_nobodys_credit_says_what_would_fill_it():
    assert "Nobody holds credit" in words(browser_of(people.finance()).get(reverse("backoffice:wallet_list")))
