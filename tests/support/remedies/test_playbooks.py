"""Playbooks: versions that stay, the same offer on every channel, criteria that look at the books, practice without money."""

from datetime import timedelta

import pytest

from accounts.decisions import Refusal
from backoffice import playbooks_shown
from billing.invoices.models import Document
from billing.ledger.models import Entry
from billing.money import Money
from support.remedies import resolution
from support.remedies.models import FeedRow, Grant
from support.remedies.playbooks import criteria, editing, offering, practice
from support.remedies.playbooks.editing import Contents, PlaybookMakesNoSense
from support.remedies.playbooks.models import Playbook, PlaybookVersion
from support.remedies.playbooks.practice import PracticeNotPossible
from support.tickets.models import Ticket
from support.voice import promises
from tests.factories import billing, people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
PLAIN = {"title": "Late", "reply_text": "Sorry, {customer}.", "remedies": ["goodwill_credit"], "words": ["late"]}


def write(code="late", by=None, **changed):
    return editing.write(actor=by or people.manager(), code=code, contents=Contents(**PLAIN | changed), at=NOON)


def double_billing():
    return PlaybookVersion.objects.filter(playbook__code="double-billing").order_by("-number")[0]


def right(case, agent):
    answers = practice.right_answers(agent, case, NOON)
    return answers | {"amount": case.give}


def test_double_billing_has_criteria_and_three_remedies_in_their_order():
    version = double_billing()

    assert version.criteria == ["names_an_invoice", "error_found", "nothing_given_yet"]
    assert version.remedies == ["credit_duplicate_charge", "goodwill_credit", "discount_next_invoice"]


def test_editing_writes_the_next_version_and_leaves_the_one_before():
    first = write()

    second = write(title="Very late")

    first.refresh_from_db()
    assert (first.number, first.title, second.number, second.title) == (1, "Late", 2, "Very late")


def test_same_contents_write_no_version():
    assert write() == write()


def test_database_refuses_to_change_a_version():
    write()

    with pytest.raises(Exception, match="playbookversion_is_only_added"):
        PlaybookVersion.objects.update(title="Another")


@pytest.mark.parametrize(
    "changed",
    [
        {"title": " "},
        {"remedies": []},
        {"remedies": ["give_a_car"]},
        {"criteria": ["good_mood"]},
        {"words": []},
        {"words": ["x" * 201]},
        {"detector": "no_such"},
        {"reply_text": ""},
    ],
)
def test_playbook_that_lacks_a_part_or_names_nothing_known_is_refused(changed):
    with pytest.raises(PlaybookMakesNoSense):
        write(**changed)

    assert not Playbook.objects.filter(code="late").exists()


def test_only_managers_write_playbooks():
    with pytest.raises(PlaybookMakesNoSense):
        write(by=people.supervisor())


def offer_by(channel, case):
    Ticket.objects.filter(pk=case.ticket.pk).update(channel=channel)
    ticket = Ticket.objects.get(pk=case.ticket.pk)
    offered = offering.for_ticket(ticket)
    proposals = offering.ranked(offered, resolution.proposals(ticket, case.agent, NOON))
    return offered.version, offered.reply_text, [(one.remedy.code, one.amount, one.closing_text) for one in proposals]


def test_same_case_is_offered_the_same_playbook_amounts_and_text_on_every_channel():
    support.limit()
    case = support.case(12000)

    offers = [offer_by(channel, case) for channel in Ticket.Channel.values]

    assert all(offer == offers[0] for offer in offers)
    assert offers[0][0].playbook.code == "double-billing"
    assert offers[0][2][0][:2] == ("credit_duplicate_charge", Money.of("120.00", "EUR"))


def test_outage_offers_two_ranked_remedies_with_their_cost():
    support.limit()
    case = support.plain_case(10000)
    about = {"line": case.ticket.line, "document": case.ticket.document}
    ticket = support.ticket(case.customer, subject="Outage of three hours", text="Nothing worked.", **about)

    offered = offering.for_ticket(ticket)
    proposals = offering.ranked(offered, resolution.proposals(ticket, case.agent, NOON))

    assert offered.version.playbook.code == "outage"
    costs = [(one.remedy.code, str(one.amount)) for one in proposals[:2]]
    assert costs == [("goodwill_credit", "10.00 EUR"), ("discount_next_invoice", "10.00 EUR")]


def test_outage_on_a_ticket_that_names_no_invoice_offers_the_discount_on_the_last_one():
    support.limit()
    case = support.plain_case(10000)
    billing.contract(case.customer)
    ticket = support.ticket(case.customer, subject="Outage of three hours", text="Nothing worked.")

    proposals = offering.ranked(offering.for_ticket(ticket), resolution.proposals(ticket, case.agent, NOON))

    assert [one.remedy.code for one in proposals[:2]] == ["goodwill_credit", "discount_next_invoice"]
    assert proposals[1].terms.document == case.ticket.document


def test_answers_of_a_practice_are_shown_as_the_form_words_them():
    agent = people.agent()
    case = next(case for case in map(practice.case_of, range(1, 50)) if case.claim == practice.NOT_VALID)
    given = right(case, agent) | {"claim": practice.VALID}
    practice.solve(actor=agent, version=double_billing(), seed=case.seed, at=NOON, **given)

    told = playbooks_shown.page(agent, double_billing(), on=NOON.date())["last"]

    assert told["score"] == 75
    assert told["answers"] == [
        ("Valid", "Not valid"),
        ("Decline, with the reason", "Decline, with the reason"),
        ("0.00 EUR", "0.00 EUR"),
        ("There is nothing to give", "There is nothing to give"),
    ]


def test_ticket_about_something_else_is_offered_none():
    ticket = support.ticket(subject="A question about colours", text="Which colours are there?")

    assert offering.for_ticket(ticket) is None


def test_playbook_out_of_use_is_not_offered():
    Playbook.objects.update(active=False)

    assert offering.for_ticket(support.case().ticket) is None


def test_text_names_customer_document_and_ticket_and_leaves_other_braces():
    case = support.case()
    version = write(reply_text="{customer} {document} {ticket} {other.__class__}")

    text = offering.reply_text(version, case.ticket)

    assert text == f"{case.customer.name} {case.ticket.line.document} {case.ticket.ref} {{other.__class__}}"


@pytest.mark.parametrize("code", criteria.CRITERIA)
def test_criterion_answers_in_words_whether_met_or_not(code):
    support.limit()
    first, second = support.case().ticket, support.ticket()

    answers = [criteria.CRITERIA[code](ticket) for ticket in (first, second)]

    assert all(answer.words for answer in answers)
    assert criteria.label_of(code) != code


def test_criteria_see_what_was_given():
    support.limit()
    case = support.case()
    before = criteria.nothing_given_yet(case.ticket).met, criteria.error_found(case.ticket).met
    case.grant()

    ticket = Ticket.objects.get(pk=case.ticket.pk)
    assert before == (True, True)
    assert (criteria.nothing_given_yet(ticket).met, criteria.error_found(ticket).met) == (False, False)


def test_practice_stores_the_score_and_moves_no_money():
    support.limit()
    agent, case = people.agent(), practice.case_of(1)
    before = Document.objects.count(), Entry.objects.count(), Grant.objects.count(), FeedRow.objects.count()

    run = practice.solve(actor=agent, version=double_billing(), seed=1, at=NOON, **right(case, agent))

    assert run.score == 100
    assert (Document.objects.count(), Entry.objects.count(), Grant.objects.count(), FeedRow.objects.count()) == before


def test_one_wrong_answer_costs_a_quarter():
    support.limit()
    agent, case = people.agent(), practice.case_of(2)
    wrong = right(case, agent) | {"amount": Money.of("1.23", "EUR")}

    assert practice.solve(actor=agent, version=double_billing(), seed=2, at=NOON, **wrong).score == 75


def test_case_is_solved_once_and_the_next_one_is_another():
    support.limit()
    agent = people.agent()
    practice.solve(actor=agent, version=double_billing(), seed=1, at=NOON, **right(practice.case_of(1), agent))

    with pytest.raises(PracticeNotPossible):
        practice.solve(actor=agent, version=double_billing(), seed=1, at=NOON, **right(practice.case_of(1), agent))
    assert practice.next_seed(agent, double_billing()) == 2


def test_customers_people_do_not_practise():
    member = people.member(support.plain_case().customer)

    with pytest.raises(Refusal):
        practice.solve(
            actor=member, version=double_billing(), seed=1, claim="valid", remedy="decline", amount=Money.zero("EUR"), how="ask",
            at=NOON,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(1, 60))
def test_made_up_case_is_always_right_by_its_own_days(seed):
    case = practice.case_of(seed)

    shared = max((min(case.first.until, case.again.until) - max(case.first.since, case.again.since)).days, 0)
    assert case == practice.case_of(seed)
    assert {"valid": shared == 30, "partly_valid": 0 < shared < 30, "not_valid": shared == 0}[case.claim]
    assert Money.zero("EUR") <= case.give <= case.amount


def test_goodwill_is_offered_when_a_promise_was_broken():
    ticket = support.ticket(kind="technical", text="The line drops.", subject="Line")
    support.promise(ticket, what="A new router")

    before = offering.for_ticket(ticket)
    promises.watch(at=NOON + timedelta(days=3))
    offered = offering.for_ticket(ticket)

    assert before is None
    assert (offered.version.playbook.code, offered.version.remedies[0]) == ("broken-promise", "goodwill_credit")
    assert offered.criteria[0][1].words == "“A new router” was not done by 2 Mar 2026."


def test_promise_taken_back_breaks_nothing():
    ticket = support.ticket(kind="technical", text="The line drops.", subject="Line")
    promise = support.promise(ticket)
    promises.watch(at=NOON + timedelta(days=3))
    promises.close(actor=people.agent(), promise=promise, kept=False, note="It cannot be had.", at=NOON + timedelta(days=3))

    assert not criteria.promise_broken(ticket).met
    assert offering.for_ticket(ticket) is None


def test_billing_error_comes_before_a_broken_promise():
    case = support.case(12000)
    support.promise(case.ticket)
    promises.watch(at=NOON + timedelta(days=3))

    assert offering.for_ticket(case.ticket).version.playbook.code == "double-billing"


def test_playbook_may_be_recognised_by_a_broken_promise_alone():
    assert write(words=[], criteria=["promise_broken"]).words == []
    with pytest.raises(PlaybookMakesNoSense, match="a broken promise"):
        write(words=[], criteria=["invoice_is_open"])
