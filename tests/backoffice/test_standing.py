"""How a customer stands with us, on its pages and by the API: key account and its note, segments, terms, stages, policies."""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.people import owners
from accounts.people.models import User
from accounts.policies import acknowledging
from accounts.policies.models import Firing
from accounts.segments import evaluating, key_accounts
from accounts.timeline import delivery
from accounts.timeline.models import Activity
from support.remedies.models import Grant
from support.service_levels import targets
from support.tickets import deadlines, standing_changes
from support.tickets.models import Ticket
from tests.factories import people, policies, segments, support
from tests.factories.customers import helios

pytestmark = pytest.mark.django_db
NOTE = "Speak to the head of finance first."


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def today_key(customer, **facts):
    return segments.key_account(customer, at=timezone.now(), note=NOTE, **facts)


def test_api_says_that_a_site_is_a_key_account_through_its_group():
    tree = helios()
    today_key(tree.group)

    answer = signed_in(people.agent()).get(reverse("staff_api:node", args=[tree.berlin.ref])).json()

    assert (answer["key_account"]["key"], answer["key_account"]["via"]) == (True, tree.group.ref)
    assert answer["key_account"]["note"] == NOTE


def test_api_says_it_is_none_once_the_last_day_has_come():
    tree = helios()
    held = today_key(tree.group)
    key_accounts.end(actor=people.manager(), held=held, at=timezone.now())

    answer = signed_in(people.agent()).get(reverse("staff_api:node", args=[tree.berlin.number])).json()

    assert answer["key_account"] == {"key": False, "via": "", "manager": "", "note": "", "since": None, "until": None}


def test_api_names_segments_terms_and_policies_with_whose_they_are():
    tree = helios()
    strategic = segments.segment(code="strategic", at=timezone.now())
    evaluating.put_in(actor=people.manager(), segment=strategic, customer=tree.group, at=timezone.now())
    segments.condition("discount", "5", customer=tree.europe, at=timezone.now())
    policies.published({"remedy.agent_ticket_limit": "300.00 EUR"}, "strategic", place="segment", segment=strategic)

    answer = signed_in(people.agent()).get(reverse("staff_api:node", args=[tree.berlin.ref])).json()

    assert [(one["segment"], one["via"]) for one in answer["segments"]] == [("strategic", tree.group.ref)]
    assert [(one["kind"], one["value"], one["source"]) for one in answer["terms"]] == [("discount", "5", tree.europe.name)]
    assert [(one["policy"], one["place"], one["where"]) for one in answer["policies"]] == [
        ("strategic v1", "segment", "Strategic")
    ]


@pytest.mark.parametrize("place", ["customer", "ticket", "document", "contacts"])
def test_note_stands_wherever_the_customer_appears_until_it_is_put_away_which_is_recorded(place):
    case = support.case()
    today_key(case.customer)
    keys = {"ticket": case.ticket.ref, "document": case.ticket.finding.line.document.ref}
    client, address = signed_in(case.agent), reverse(f"backoffice:{place}", args=[keys.get(place, case.customer.number)])
    assert NOTE in client.get(address).content.decode()

    answer = client.post(reverse("backoffice:read_notes", args=[case.customer.number]), {"back": address})

    shown = client.get(address).content.decode()
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert NOTE not in shown
    assert "Key account" in shown
    assert Activity.objects.filter(kind="accounts.key_account_note_put_away", actor=case.agent).count() == 1


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_putting_a_note_away_leads_nowhere_else(back):
    case = support.case()

    answer = signed_in(case.agent).post(reverse("backoffice:read_notes", args=[case.customer.number]), {"back": back})

    assert answer["Location"] == reverse("backoffice:customer", args=[case.customer.number])


def test_stuck_customers_are_listed_with_whose_they_are_and_each_manager_finds_their_own():
    tree = helios()
    owner, other = people.key_account_manager(), people.key_account_manager()
    today_key(tree.group, manager=owner)
    segments.stage_stuck(tree.berlin)

    everybody = signed_in(other).get(reverse("backoffice:stuck")).content.decode()
    theirs = signed_in(other).get(reverse("backoffice:stuck") + "?show=mine").content.decode()
    own = signed_in(owner).get(reverse("backoffice:stuck") + "?show=mine").content.decode()

    assert tree.berlin.name in everybody and str(owner) in everybody
    assert "Nobody is stuck" in theirs
    assert "40 days without anybody signing in" in own


def test_link_to_log_a_contact_is_shown_to_who_works_on_tickets_alone():
    tree = helios()
    segments.stage_stuck(tree.berlin)
    link = reverse("backoffice:contacts", args=[tree.berlin.number])

    pages = [signed_in(viewer).get(reverse("backoffice:stuck")).content.decode() for viewer in (people.agent(), people.finance())]

    assert [tree.berlin.name in page for page in pages] == [True, True]
    assert [link in page for page in pages] == [True, False]


def test_stuck_customer_that_is_no_key_account_is_its_account_owners():
    tree, at = helios(), timezone.now()
    owner, other = people.key_account_manager(), people.key_account_manager()
    owners.name(actor=people.manager(), customer=tree.group, role="account_owner", person=other, since=at.date(), at=at)
    owners.name(actor=people.manager(), customer=tree.germany, role="account_owner", person=owner, since=at.date(), at=at)
    segments.stage_stuck(tree.berlin)

    own = signed_in(owner).get(reverse("backoffice:stuck") + "?show=mine").content.decode()
    theirs = signed_in(other).get(reverse("backoffice:stuck") + "?show=mine").content.decode()

    assert tree.berlin.name in own and str(owner) in own
    assert "Nobody is stuck" in theirs


def test_owner_says_what_was_done_about_a_stuck_customer_and_everybody_reads_it():
    tree, owner = helios(), people.key_account_manager()
    today_key(tree.group, manager=owner)
    task = segments.stage_task(tree.berlin)
    address = reverse("backoffice:stage_task_completions", args=[task.pk])

    refused = signed_in(people.key_account_manager()).post(address, {"words": "Called them."})
    done = signed_in(owner).post(address, {"words": "Called them."})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert f"This is the task of {owner}" in refused.content.decode()
    assert "Called them." in signed_in(people.agent()).get(reverse("backoffice:stuck")).content.decode()


def test_service_level_agreed_for_a_segment_comes_before_the_tier_and_is_named():
    tree, at = helios(), support.NOON
    strategic = segments.segment(code="strategic")
    evaluating.put_in(actor=people.manager(), segment=strategic, customer=tree.group, at=at)
    segments.condition("service_level", "gold", segment=strategic)

    subject = targets.subject_of(tree.berlin, priority="P1", kind="billing", on=at.date())

    assert (subject.tier, subject.tier_from, subject.agreed) == ("gold", None, "segment Strategic")


def test_deadlines_of_open_tickets_are_reckoned_anew_when_a_service_level_is_agreed():
    case = support.case()
    deadlines.reckon(case.ticket, support.NOON)
    segments.condition("service_level", "gold", customer=case.customer)
    changed = Activity.objects.get(kind="accounts.condition_approved")

    standing_changes.follow(changed)

    assert Ticket.objects.get(pk=case.ticket.pk).reckoned_at is None
    assert delivery.deliver_waiting(at=timezone.now() + timedelta(days=1)) > 0


def test_change_that_leaves_the_tier_alone_leaves_deadlines_alone():
    case = support.case()
    deadlines.reckon(case.ticket, support.NOON)

    standing_changes.follow(Activity(customer=case.customer, kind="accounts.customer_changed", facts={"before": {"city": ""}}))

    assert Ticket.objects.get(pk=case.ticket.pk).reckoned_at == support.NOON


def test_api_that_asks_nobody_is_403_limit_exceeded_with_the_policy_a_cent_over_the_limit():
    policies.published({"remedy.agent_ticket_limit": "250.00 EUR", "remedy.supervisor_ticket_limit": "900.00 EUR"})
    case = support.case(25001)
    address = reverse("staff_api:grants", args=[case.ticket.ref])
    asked = {"remedy": support.CREDIT, "terms": {"finding": str(case.ticket.finding)}, "ask": False}

    answer = signed_in(case.agent).post(
        address, asked, content_type="application/json", headers={"Idempotency-Key": str(uuid4())}
    )

    told = answer.json()
    assert (answer.status_code, told["code"], told["policy"]) == (403, "limit_exceeded", "credit-policy v1")
    assert not Grant.objects.exists()
    assert list(Firing.objects.values_list("key", "outcome")) == [("remedy.agent_ticket_limit", "blocked")]


def test_segments_say_what_hangs_on_them_and_how_many_passed_the_quiz():
    dear = segments.segment(code="dear", description="Whom we would not want to lose.")
    quiz = [{"question": "Who?", "options": ["All", "Few"], "answer": 1}]
    care = policies.published({}, code="care", place="segment", segment=dear, quiz=quiz)
    for user, answers in ((people.agent(), [1]), (people.supervisor(), [0])):
        with suppress(acknowledging.QuizNotPassed):
            acknowledging.acknowledge(actor=user, version=care, answers=answers, at=timezone.now())

    page = signed_in(people.agent()).get(reverse("backoffice:segments"))

    assert [(known.passed, known.attempts, known.rate) for known in page.context["segments"][0].policies] == [(1, 2, 50)]
    assert "Whom we would not want to lose." in page.content.decode()
