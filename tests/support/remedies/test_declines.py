"""A no names its clause, reason and alternative, is counted apart, and can be appealed against once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.notices import audiences
from support.remedies import decline_reasons, declines, substitutes
from support.remedies.decline_reasons import ReasonIncomplete
from support.remedies.declines import Answer, AppealRefused
from support.remedies.models import Decline, DeclineReason
from support.tickets import conversation
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def answer(**changed):
    plain = {"claim": "not_valid", "evidence": "Invoice and contract, day by day.", "words": ""}
    return Answer(**plain | {"reason": DeclineReason.objects.get(pk="charge_is_right")} | changed)


def declined(ticket=None, by=None, at=NOON, **changed):
    return declines.decline(actor=by or people.agent(), ticket=ticket or support.ticket(), answer=answer(**changed), at=at)


def appealed(ticket, at=LATER):
    decline = declines.latest_on(ticket)
    return declines.appeal(actor=ticket.requester, decline=decline, words="Please look again.", at=at)


def now(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_customer_reads_why_by_which_clause_and_what_else():
    ticket = support.ticket()

    decline = declined(ticket)

    words = ticket.messages.order_by("-pk").first().text
    assert decline.words in words and decline.clause in words and decline.alternative in words
    assert "Invoice and contract, day by day." in words
    assert (now(ticket).status, now(ticket).outcome) == ("resolved", "declined")


def test_words_of_the_agent_take_the_place_of_the_reasons_own():
    assert declined(words="Your plan includes it.").words == "Your plan includes it."


def test_no_said_twice_is_one():
    ticket, agent = support.ticket(), people.agent()

    assert declined(ticket, agent) == declined(ticket, agent, at=LATER)

    assert ticket.messages.count() == 2


def test_other_no_on_a_ticket_that_ended_is_refused():
    ticket, agent = support.ticket(), people.agent()
    declined(ticket, agent)

    with pytest.raises(Refusal, match="cannot become"):
        declined(ticket, agent, evidence="Something else.")


def test_declined_is_counted_apart():
    declined()
    declined()

    counted = declines.outcomes(since=NOON, until=LATER)

    assert counted == {"answered": 0, "declined": 2, "remedied": 0}


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"claim": "valid"}, "claim_is_valid"), ({"evidence": " \x00"}, "evidence_missing")],
)
def test_no_without_grounds_is_refused(changed, code):
    ticket = support.ticket()

    with pytest.raises(Refusal) as refusal:
        declined(ticket, **changed)

    assert (refusal.value.code, now(ticket).status) == (code, "open")


def test_reason_that_is_no_longer_in_use_is_refused():
    reason = DeclineReason.objects.get(pk="too_late")
    reason.active = False
    reason.save(update_fields=["active"])

    with pytest.raises(Refusal, match="no longer in use"):
        declined(reason=reason)


def test_nothing_is_declined_while_a_billing_error_stands_open():
    case = support.case()

    with pytest.raises(Refusal, match="put it right"):
        declined(case.ticket, case.agent)


def test_appeal_opens_the_ticket_with_a_supervisor_once():
    ticket, supervisor = support.ticket(), people.supervisor()
    declined(ticket)

    appealed(ticket)
    appealed(ticket)

    assert (now(ticket).status, now(ticket).assignee) == ("open", supervisor)
    assert Activity.objects.filter(kind="support.decline_appealed").count() == 1
    assert [decline.ticket for decline in declines.appeals_waiting(supervisor)] == [ticket]


def test_who_declined_does_not_decide_the_appeal():
    ticket, agent, first, second = support.ticket(), people.agent(), people.supervisor(), people.supervisor()
    declined(ticket, first)
    appealed(ticket)

    for somebody in (agent, first):
        with pytest.raises(Refusal, match="a supervisor who did not decline it"):
            declined(ticket, somebody, at=LATER)
    declined(ticket, second, at=LATER)

    assert now(ticket).outcome == "declined"
    assert list(declines.appeals_waiting(second)) == []


def test_no_in_answer_to_an_appeal_is_final_and_says_so():
    ticket, supervisor = support.ticket(), people.supervisor()
    declined(ticket)
    appealed(ticket)
    last = declined(ticket, supervisor, at=LATER)

    with pytest.raises(AppealRefused, match="looked at it afresh already"):
        declines.appeal(actor=ticket.requester, decline=last, words="Once more.", at=LATER)

    told = ticket.messages.order_by("pk").last().text
    assert "this is our answer to your appeal" in told
    assert "a supervisor looks at it afresh" not in told


def test_supervisor_who_declined_is_not_given_the_appeal():
    ticket, only = support.ticket(), people.supervisor()
    declined(ticket, only)

    appealed(ticket)

    assert now(ticket).assignee is None


def test_staff_and_strangers_do_not_appeal():
    ticket = support.ticket()
    decline = declined(ticket)

    with pytest.raises(AppealRefused):
        declines.appeal(actor=people.agent(), decline=decline, words="Again.", at=LATER)
    with pytest.raises(Refusal):
        declines.appeal(actor=support.ticket().requester, decline=decline, words="Again.", at=LATER)


def test_answer_that_no_longer_stands_is_not_appealed_against():
    ticket, supervisor = support.ticket(), people.supervisor()
    first = declined(ticket)
    appealed(ticket)
    declined(ticket, supervisor, at=LATER)

    assert declines.appeal(actor=ticket.requester, decline=first, words="Once more.", at=LATER).appealed_at == LATER
    assert now(ticket).status == "resolved"


@pytest.mark.parametrize(
    ("changed", "name"),
    [({"claim": "valid"}, "valid_claim_is_not_declined"), ({"clause": ""}, "decline_says_why_and_what_instead")],
)
def test_no_without_grounds_cannot_be_stored(changed, name):
    decline = declined()

    with pytest.raises(Exception, match=name):
        Decline.objects.filter(pk=decline.pk).update(**changed)


def test_reasons_are_set_by_managers_and_complete():
    plain = {"code": "new", "label": "New", "clause": "1.1", "words": "So.", "alternative": "This.", "at": NOON}

    decline_reasons.define(actor=people.manager(), **plain)
    for actor, changed in ((people.supervisor(), {}), (people.manager(), {"clause": " "})):
        with pytest.raises(ReasonIncomplete):
            decline_reasons.define(actor=actor, **plain | changed)

    assert "new" in [reason.code for reason in decline_reasons.offered()]


def test_list_of_appeals_shows_each_only_to_who_may_decide_it():
    ticket, first, manager = support.ticket(), people.supervisor(), people.manager()
    declined(ticket, first)
    appealed(ticket)

    shown = {who: [one.ticket for one in declines.appeals_waiting(who)] for who in (first, manager, people.agent())}

    assert list(shown.values()) == [[], [ticket], []]
    assert declines.decide(manager, ticket).allowed and not declines.decide(first, ticket).allowed


def test_appeal_against_a_no_that_was_said_again_is_not_listed():
    ticket, second = support.ticket(), people.supervisor()
    declined(ticket)
    appealed(ticket)
    declined(ticket, second, at=LATER)
    conversation.reply(actor=ticket.requester, ticket=now(ticket), text="And yet.", at=LATER + timedelta(hours=1), key=uuid4())

    assert now(ticket).status == "open"
    assert list(declines.appeals_waiting(people.manager())) == []


def told_of_the_appeal():
    return audiences.who_decides_the_appeal(Activity.objects.get(kind="support.decline_appealed"))


def test_who_stands_in_for_a_supervisor_is_told_of_an_appeal_and_decides_it():
    ticket, supervisor, colleague = support.ticket(), people.supervisor(), people.manager()
    today = substitutes.day_of(supervisor, LATER)
    back = today + timedelta(days=3)
    substitutes.name(actor=supervisor, approver=supervisor, person=colleague, since=today, until=back, at=LATER)
    declined(ticket)
    appealed(ticket)

    assert told_of_the_appeal() == [supervisor, colleague]
    assert [one.ticket for one in declines.appeals_waiting(colleague)] == [ticket]
    assert declines.decide(colleague, ticket).allowed


def test_managers_are_told_of_an_appeal_when_the_only_supervisor_said_no():
    ticket, only, manager = support.ticket(), people.supervisor(), people.manager()
    declined(ticket, only)
    appealed(ticket)

    assert told_of_the_appeal() == [manager]
