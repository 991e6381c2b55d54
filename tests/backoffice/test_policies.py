"""Managers write policy in lines, a second one publishes; everybody reads what holds, why, and proves to have read it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.customers.models import Customer
from accounts.policies import acknowledging
from accounts.policies.models import PolicyBinding, PolicyException, PolicyVersion
from backoffice import policy_text
from tests.factories import billing, customers, people, policies, support
from tests.factories.policies import QUESTION
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
MOST, AGENT = "remedy.ticket_limit", "remedy.agent_ticket_limit"
LINES = {
    "clauses_text": "1 We put right what we did wrong.",
    "values_text": "remedy.ticket_limit = 80.00 EUR | locked | 1",
    "cases_text": "Nobody gives 81 | remedy | level=agent, amount=81.00 EUR | refused",
    "quiz_text": "? How much?\n- 8000\n* 80",
    "effective_on": "2026-01-01",
    "note": "Lower.",
    "material": "on",
}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def act(user, model, action, *rows):
    form = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client_of(user).post(reverse(f"admin:accounts_{model}_changelist"), form, follow=True)


def page(user, route, *args, query=""):
    return client_of(user).get(reverse(f"backoffice:{route}", args=args) + query).content.decode()


def test_manager_writes_a_draft_in_lines_and_a_second_manager_publishes_it():
    author, second = people.manager(), people.manager()
    policy = policies.policy("credit-policy")

    client_of(author).post(reverse("admin:accounts_policyversion_add"), LINES | {"policy": policy.pk})
    draft = PolicyVersion.objects.get()
    shown = client_of(author).get(reverse("admin:accounts_policyversion_change", args=[draft.pk])).content.decode()
    refused = act(author, "policyversion", "publish", draft)
    act(second, "policyversion", "publish", draft)

    assert draft.values == {MOST: {"value": {"EUR": "80.00"}, "below": "locked", "clause": "1"}}
    assert draft.quiz == [{"question": "How much?", "options": ["8000", "80"], "answer": 1}]
    assert "✓ Nobody gives 81" in shown and "No remedy was asked for in the 90 days before." in shown
    assert "You wrote on this draft yourself" in refused.content.decode()
    assert PolicyVersion.objects.get().published_by == second


@pytest.mark.parametrize(
    ("field", "lines", "words"),
    [
        ("values_text", "remedy.nothing = 5", "No policy key is called remedy.nothing."),
        ("values_text", "remedy.ticket_limit = lots", "write amounts with their currency"),
        ("cases_text", "only a name", "Write a case as"),
        ("quiz_text", "no mark", "Begin a question with ?"),
        ("values_text", "remedy.ticket_limit = 80.00 EUR | loosen", "never laxer"),
        ("clauses_text", "1 a\n1 b", "Two clauses have the same id."),
    ],
)
def test_line_that_cannot_be_read_is_shown_with_its_reason_and_nothing_is_written(field, lines, words):
    policy = policies.policy()

    answer = client_of(people.manager()).post(
        reverse("admin:accounts_policyversion_add"), LINES | {"policy": policy.pk, field: lines}
    )

    assert words in answer.content.decode()
    assert not PolicyVersion.objects.exists()


def test_lines_are_written_as_they_are_read():
    version = policies.draft({MOST: "80.00 EUR", "staff.acknowledgement_days": "30 | locked"}, quiz=[QUESTION])

    assert policy_text.values(policy_text.written_values(version.values)) == version.values
    assert policy_text.clauses(policy_text.written_clauses(version.clauses)) == version.clauses
    assert policy_text.cases(policy_text.written_cases(version.cases)) == version.cases
    assert policy_text.quiz(policy_text.written_quiz(version.quiz)) == version.quiz


def test_published_version_has_no_form_and_takes_no_post():
    version = policies.published({MOST: "80.00 EUR"})

    address = reverse("admin:accounts_policyversion_change", args=[version.pk])
    client_of(people.manager()).post(address, LINES | {"values_text": "remedy.ticket_limit = 1.00 EUR"})

    assert PolicyVersion.objects.get().values[MOST]["value"] == {"EUR": "80.00"}


def test_binding_and_exception_asked_for_in_admin_wait_for_a_second_manager():
    author, second, customer = people.manager(), people.manager(), customers.group()
    policy, today, later = policies.policy(), "2099-01-01", "2099-02-01"
    bound = {"policy": policy.pk, "place": "node", "customer": customer.pk, "since": today}
    excepted = {"customer": customer.pk, "key": MOST, "value_text": "9.00 EUR", "since": today, "until": later, "reason": "Once."}

    client_of(author).post(reverse("admin:accounts_policybinding_add"), bound)
    client_of(author).post(reverse("admin:accounts_policyexception_add"), excepted)
    for model, row in (("policybinding", PolicyBinding.objects.get()), ("policyexception", PolicyException.objects.get())):
        refused = act(author, model, "approve", row)
        assert "a second person must approve it" in refused.content.decode()
        assert row.waits
        act(second, model, "approve", row)
        row.refresh_from_db()
        assert row.approved_by == second


def test_new_agent_reads_passes_the_quiz_and_may_act():
    agent = people.agent(acknowledged=False)
    support.limit("agent", 25000, 100000)
    version = policies.published({AGENT: "50.00 EUR"}, material=True, quiz=[QUESTION], at=NOON)
    address = reverse("backoffice:acknowledgements_of_policy", args=["credit-policy"])
    assert "Your authority is locked" in page(agent, "authority")

    wrong = client_of(agent).post(address, {"q0": "1"})
    missing = client_of(agent).post(address, {})
    right = client_of(agent).post(address, {"q0": "0"})

    assert (wrong.status_code, missing.status_code, right.status_code) == (422, 422, 302)
    assert "0 of 1 right" in wrong.content.decode()
    assert acknowledging.pass_rate(version) == (1, 2)
    assert "Your authority is locked" not in page(agent, "authority")


def test_new_agent_acknowledges_what_is_in_force_when_it_followed_the_material_version():
    agent = people.agent(acknowledged=False)
    support.limit("agent", 25000, 100000)
    policies.published({AGENT: "50.00 EUR"}, material=True, quiz=[QUESTION], at=NOON)
    policies.published({AGENT: "40.00 EUR"}, quiz=[QUESTION], at=NOON)
    asked = page(agent, "policy", "credit-policy")

    client_of(agent).post(reverse("backoffice:acknowledgements_of_policy", args=["credit-policy"]), {"q0": "0"})

    assert "I have read it and will act by it" in asked
    assert "Nothing of it waits for you." in page(agent, "policy", "credit-policy")
    assert "Your authority is locked" not in page(agent, "authority")


def test_ticket_and_customer_say_which_policy_holds_there_and_why():
    tree = customers.helios()
    policies.published({AGENT: "50.00 EUR"}, "house")
    policies.published({AGENT: "70.00 EUR"}, "german-policy", place="node", customer=tree.germany)
    ticket = support.ticket(tree.berlin)

    for shown in (page(people.agent(), "ticket", ticket.ref), page(people.agent(), "customer", tree.berlin.number)):
        words = " ".join(shown.split())
        assert "What an agent may give on one ticket: <strong>70.00 EUR</strong>" in words
        assert "german-policy v1</a>, at Helios Germany; instead of house v1: 50.00 EUR" in words


def test_what_may_i_do_names_the_version_that_says_so():
    support.limit("agent", 25000, 100000)
    policies.published({AGENT: "50.00 EUR", "goodwill.agent_ticket_limit": "20.00 EUR"})

    shown = page(people.agent(), "authority")

    assert shown.count(">credit-policy v1<") == 2


def test_each_number_of_a_policy_opens_its_cases():
    policies.published({AGENT: "100.00 EUR", "remedy.supervisor_ticket_limit": "500.00 EUR"})
    given, asked = support.case(9000).grant(), support.case(12000).grant()
    agent = people.agent()

    fired, blocked = (page(agent, "policy", "credit-policy", query=f"?show={outcome}") for outcome in ("fired", "blocked"))

    assert given.ticket.ref not in blocked and asked.ticket.ref not in fired


def test_agent_cannot_ask_for_an_exception_and_a_supervisor_can():
    customer = customers.group()
    form = {"number": customer.number, "key": MOST, "value": "9.00 EUR", "until": "2099-01-01", "reason": "Once."}

    refused = client_of(people.agent()).post(reverse("backoffice:exceptions"), form)
    asked = client_of(people.supervisor()).post(reverse("backoffice:exceptions"), form)

    assert (refused.status_code, asked.status_code) == (422, 302)
    assert "Supervisors and managers ask for exceptions." in refused.content.decode()
    assert "waits for a second person" in page(people.agent(), "exceptions")


@pytest.mark.parametrize("field", ["number", "value", "until", "reason"])
def test_exception_with_a_field_that_makes_no_sense_is_shown_again(field):
    form = {"number": customers.group().number, "key": MOST, "value": "9.00 EUR", "until": "2099-01-01", "reason": "Once."}

    answer = client_of(people.supervisor()).post(reverse("backoffice:exceptions"), form | {field: "\x00"})

    assert answer.status_code == 422
    assert not PolicyException.objects.exists()


def statements(viewer, address):
    client = client_of(viewer)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def more(customer):
    """One more of everything that ticket and customer pages show."""
    billing.invoice(customer, 100)
    support.promise(support.ticket(customer))
    customers.below(customer)
    people.member(customer)
    policies.published({}, f"more-{Customer.objects.count()}", place="node", customer=customer)
    policies.excepted(customer, AGENT, "9.00 EUR")


@pytest.mark.parametrize("route", ["ticket", "customer", "policies", "exceptions"])
def test_page_takes_the_same_statements_however_much_there_is(route):
    support.limit("agent", 25000, 100000)
    customer, agent = customers.group(), people.agent()
    ticket = support.ticket(customer)
    address = reverse(f"backoffice:{route}", args={"ticket": [ticket.ref], "customer": [customer.number]}.get(route, []))
    more(customer)
    one = statements(agent, address)
    more(customer)
    more(customer)

    assert statements(agent, address) == one


def test_table_of_access_says_who_asks_for_and_who_decides_on_each_detail():
    shown = page(people.manager(), "access_matrix")

    assert "Street, Postcode, Town, Country, Phone, E-mail" in shown
    assert "Nobody: it holds as asked" in shown
    assert "An administrator of the customer, or above it, who did not ask" in shown
