"""What remedies need of accounting: mapped accounts, budgets of goodwill, the setup check, the journal of the day."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from billing.invoices import settling
from billing.money import Money
from billing.payments import receiving
from support.remedies import resolution, reversing, tie_out
from support.remedies.books import budgets, erp_file, mapping, setup
from support.remedies.books.budgets import BudgetMakesNoSense
from support.remedies.books.mapping import MayNotMap
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.goodwill_credit import Terms
from tests.factories import payments, people, support
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _limits():
    support.limit("agent", 1000000, 10000000)
    support.limit("manager", 1000000, 10000000)


def eur(text):
    return Money.of(text, "EUR")


def goodwill(case, amount="20.00", **facts):
    terms = Terms(key=uuid4(), ticket=case.ticket, amount=eur(amount), **facts)
    return resolution.grant(actor=case.agent, ticket=case.ticket, remedy=REMEDIES["goodwill_credit"], terms=terms, at=NOON)


def budget(amount="30.00", **of):
    return budgets.set_budget(actor=people.manager(), amount=eur(amount), since=TODAY, at=NOON, **of)


def unmap(account):
    return mapping.set_number(actor=people.manager(), account=account, number="", at=NOON)


def lights_of(name):
    return [light for light in setup.lights(NOON) if name in light.name]


def test_remedy_whose_account_is_not_mapped_is_refused_with_the_reason_and_the_check_is_red():
    unmap("goodwill")

    with pytest.raises(Refusal, match=r"^Not set up: Goodwill has no number in the accounting system\. A manager maps it\.$"):
        goodwill(support.plain_case())

    assert [light.light for light in lights_of("Goodwill credit")] == [setup.RED]


def test_other_remedies_stay_as_they_were_when_one_account_is_not_mapped():
    unmap("goodwill")

    assert support.case().grant().status == "granted"
    assert [light.light for light in lights_of("Credit the double charge")] == [setup.GREEN]


def test_check_is_red_while_nobody_in_finance_is_told_and_green_then():
    before = [light.light for light in lights_of("Finance")]

    people.finance()

    assert (before, [light.light for light in lights_of("Finance")]) == ([setup.RED], [setup.GREEN])


@pytest.mark.parametrize(("account", "number"), [("goodwill", "=1+1"), ("no_account", "1"), ("goodwill", "9" * 21)])
def test_number_that_is_none_is_refused(account, number):
    with pytest.raises(MayNotMap):
        mapping.set_number(actor=people.manager(), account=account, number=number, at=NOON)


def test_only_managers_map_accounts():
    with pytest.raises(MayNotMap):
        mapping.set_number(actor=people.finance(), account="goodwill", number="8730", at=NOON)


def test_goodwill_beyond_the_budget_of_the_node_waits_for_a_higher_level():
    case = support.plain_case()
    budget("30.00", customer=case.customer)
    support.limit("supervisor", 1000000, 10000000)
    goodwill(case)

    second = goodwill(support.plain_case(customer=case.customer, agent=case.agent))

    assert second.status == "awaiting_approval"
    assert second.approval.approver_level == "supervisor"
    assert second.decision["reason"].endswith("10.00 EUR of 30.00 EUR are left this month, this is 20.00 EUR.")


def test_goodwill_taken_back_frees_the_budget_of_the_person():
    case = support.plain_case()
    budget("20.00", person=case.agent)
    given = goodwill(case)

    reversing.reverse(actor=case.agent, grant=given, reason="By mistake.", at=LATER)

    assert goodwill(support.plain_case(agent=case.agent)).status == "granted"


def test_credit_for_an_error_of_ours_takes_nothing_from_a_budget():
    case = support.case()
    budget("0.00", customer=case.customer)

    assert case.grant().status == "granted"


def test_new_budget_ends_the_one_before():
    customer = support.plain_case().customer
    first = budget("30.00", customer=customer)

    budget("50.00", customer=customer)

    first.refresh_from_db()
    assert first.until == TODAY
    assert [one.whole for one in budgets.in_force(NOON)] == [eur("50.00")]


@pytest.mark.parametrize("holder", [{}, {"customer": 1, "person": 1}])
def test_budget_for_nobody_or_several_is_refused(holder):
    case = support.plain_case()
    of = {name: {"customer": case.customer, "person": case.agent}[name] for name in holder}

    with pytest.raises(BudgetMakesNoSense):
        budget(**of)


def test_journal_of_the_day_has_every_posting_with_its_number_and_sums_to_zero():
    given = support.case(12000).grant()

    head, *rows = erp_file.rows(TODAY)

    amounts = {row[2]: row[7] for row in rows}
    assert head == erp_file.HEAD
    assert amounts == {"1400": "-120.00", "8400": "120.00"}
    assert {row[6] for row in rows} == {given.document.ref}


def test_day_ties_out_when_a_write_off_was_given_and_taken_back_the_same_day():
    case = support.plain_case()
    remedy = REMEDIES["write_off"]
    given = resolution.grant(actor=case.agent, ticket=case.ticket, remedy=remedy, terms=remedy.proposals(case.ticket)[0], at=NOON)
    before = tie_out.of_day(TODAY)

    reversing.reverse(actor=people.finance(), grant=given, reason="They paid after all.", at=LATER)

    assert [line.feed for line in before] == [eur("120.00")]
    assert all(line.ties for line in before)
    assert [(line.feed, line.ties) for line in tie_out.of_day(TODAY)] == [(eur("0.00"), True)]


def test_what_was_written_off_is_not_credited_until_the_write_off_is_taken_back():
    case = support.plain_case()
    written_off, waived = REMEDIES["write_off"], REMEDIES["waive_charge"]
    waiver = waived.proposals(case.ticket)[0]
    again = written_off.proposals(case.ticket)[0]
    given = resolution.grant(actor=case.agent, ticket=case.ticket, remedy=written_off, terms=again, at=NOON)

    refused = waived.eligible(case.ticket, waiver)
    reversing.reverse(actor=people.finance(), grant=given, reason="They paid after all.", at=LATER)

    assert (refused.allowed, refused.code) == (False, "written_off")
    assert waived.eligible(case.ticket, waiver).allowed


def test_what_was_written_off_and_paid_after_all_can_be_credited_again():
    case, waived, document = (case := support.plain_case()), REMEDIES["waive_charge"], case.ticket.document
    waiver = waived.proposals(case.ticket)[0]
    settling.write_off(document=document, reason="Gone", on=TODAY, at=NOON, actor=None)
    assert waived.eligible(case.ticket, waiver).code == "written_off"

    receiving.receive(
        actor=None, payer=case.customer, amount=Money(document.total_minor, "EUR"), seller=document.legal_entity, key=uuid4(),
        at=LATER, documents=[document],
    )  # fmt: skip

    assert waived.eligible(case.ticket, waiver).allowed


def test_debt_is_not_written_off_while_a_payment_for_it_has_no_answer():
    case = support.plain_case()
    remedy = REMEDIES["write_off"]
    terms = remedy.proposals(case.ticket)[0]

    payments.pay(case.customer, case.ticket.line.document, card=payments.TIMES_OUT)

    assert remedy.eligible(case.ticket, terms).code == "being_paid"
