"""The page of skills: who fits what tickets ask for, changed by who leads."""

import pytest
from django.test import Client
from django.urls import reverse

from support.tickets.skill_models import SkillHeld, SkillNeed
from tests.factories import people, policies, support

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_page_says_how_many_lack_the_certificate():
    policies.published({"remedy.ticket_limit": "80.00 EUR"}, "credit-policy", quiz=[policies.QUESTION])
    client = client_of(people.manager())
    client.post(reverse("backoffice:skill_needs"), {"need_kind": "billing", "certificate": "credit-policy"})

    page = client.get(reverse("backoffice:skills")).content.decode()

    lacking = people.User.objects.filter(staff_profile__level__in=["agent", "supervisor", "key_account", "manager"]).count()
    assert f"{lacking} of {lacking} lack the quiz of credit-policy." in page


def test_supervisor_gives_a_skill_and_takes_it_back():
    agent, client = people.agent(), client_of(people.supervisor())

    client.post(reverse("backoffice:skill_holdings"), {"person": agent.pk, "kind": "billing"})
    held = SkillHeld.objects.get()
    client.post(reverse("backoffice:skill_endings", args=[held.pk]))

    assert (held.user, held.kind) == (agent, "billing")
    assert SkillHeld.objects.get().until is not None


def test_refusal_stands_on_the_form():
    lead = people.supervisor()

    answer = client_of(lead).post(reverse("backoffice:skill_holdings"), {"person": lead.pk, "kind": "billing"})

    assert (answer.status_code, "Somebody else says what you can do." in answer.content.decode()) == (422, True)


def test_agent_who_lacks_the_skill_reads_why_the_ticket_is_not_theirs_to_take():
    support.skill()
    ticket, other = support.ticket(kind="billing"), people.agent()

    answer = client_of(other).post(reverse("backoffice:assignments", args=[ticket.ref]))

    assert "does not have the skill “Billing”" in answer.content.decode()
    assert "This field is required." not in answer.content.decode()


def test_need_is_set_and_changed_in_the_administration():
    policies.published({"remedy.ticket_limit": "80.00 EUR"}, "credit-policy", quiz=[policies.QUESTION])
    client = client_of(people.manager())

    client.post(reverse("admin:support_skillneed_add"), {"kind": "billing", "certificate": ""})
    need = SkillNeed.objects.get()
    client.post(reverse("admin:support_skillneed_change", args=[need.pk]), {"certificate": "credit-policy"})

    assert SkillNeed.objects.get().certificate == "credit-policy"
