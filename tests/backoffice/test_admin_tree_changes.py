"""Managers merge, split, move and address customers in the administration, by the use cases of the pages."""

import pytest
from django.contrib import messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Address, Customer, Handover
from accounts.days import local_day
from accounts.quality.models import Candidate, ChangeRequest, Merge, StagedImport
from accounts.quality.split_models import Split
from tests.factories import people, policies
from tests.factories.customers import below

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def add(client, model, **said):
    return client.post(reverse(f"admin:accounts_{model}_add"), said)


def act(client, model, row, action):
    chosen = {"action": action, "_selected_action": [row.pk]}
    answer = client.post(reverse(f"admin:accounts_{model}_changelist"), chosen, follow=True)
    return [str(message) for message in messages.get_messages(answer.wsgi_request)] or answer.content.decode()


def today(customer):
    return local_day(timezone.now(), customer.timezone)


def test_merge_of_any_two_waits_for_another_manager_and_is_undone(tree):
    twin, first = below(tree.germany, "Twin"), client_of(people.manager())
    second = client_of(people.manager(email="second@accord.example"))

    add(first, "merge", retired=twin.pk, survivor=tree.berlin.pk, note="The same place.")
    merge = Merge.objects.get()
    own = act(first, "merge", merge, "approve")
    act(second, "merge", merge, "approve")

    assert "You asked for this yourself; a second person decides." in str(own)
    assert Customer.objects.get(pk=twin.pk).merged_into_id == tree.berlin.pk
    act(second, "merge", merge, "undo")
    assert Customer.objects.get(pk=twin.pk).merged_into_id is None


def test_split_takes_its_parts_in_lines_and_names_what_there_is_not(tree):
    people.member(tree.berlin)
    client = client_of(people.manager())
    said = {"customer": tree.berlin.pk, "name": "Berlin Nord", "effective_on": str(today(tree.berlin))}

    unknown = add(client, "split", parts_text="chairs: all", **said)
    add(client, "split", parts_text="children: all", **said)

    assert "There is no kind of part called chairs." in unknown.content.decode()
    assert Split.objects.get().parts == {"children": [tree.lab.pk]}


def test_split_asked_for_by_one_manager_happens_when_another_approves(tree):
    said = {"customer": tree.berlin.pk, "name": "Berlin Nord", "effective_on": str(today(tree.berlin))}
    add(client_of(people.manager()), "split", parts_text="children: all", **said)
    second = client_of(people.manager(email="second@accord.example"))

    act(second, "split", Split.objects.get(), "approve")

    assert Customer.objects.get(pk=tree.lab.pk).parent.name == "Berlin Nord"
    act(second, "split", Split.objects.get(), "undo")
    assert Customer.objects.get(pk=tree.lab.pk).parent_id == tree.berlin.pk


def test_move_asked_for_in_the_administration_is_approved_and_undone_there(tree):
    said = {"customer": tree.lab.pk, "place": tree.us.pk, "effective_on": str(today(tree.lab))}
    add(client_of(people.manager()), "changerequest", **said)
    second = client_of(people.manager(email="second@accord.example"))

    act(second, "changerequest", ChangeRequest.objects.get(), "approve")

    assert Customer.objects.get(pk=tree.lab.pk).parent_id == tree.us.pk
    act(second, "changerequest", ChangeRequest.objects.get(), "undo")
    assert Customer.objects.get(pk=tree.lab.pk).parent_id == tree.berlin.pk


def test_move_below_itself_is_refused_on_the_form(tree):
    said = {"customer": tree.berlin.pk, "place": tree.lab.pk, "effective_on": str(today(tree.berlin))}

    answer = add(client_of(people.manager()), "changerequest", **said)

    assert answer.status_code == 200
    assert not ChangeRequest.objects.exists()


def test_address_is_kept_and_ended_and_one_of_days_gone_by_stays_in_the_list(tree):
    client, day = client_of(people.manager()), today(tree.berlin)
    Address.objects.create(customer=tree.berlin, purpose="visits", street="Old 1", city="Berlin", since="2020-01-01", until=day)

    add(client, "address", customer=tree.berlin.pk, purpose="visits", street="Allee 2", city="Berlin", since=str(day))
    act(client, "address", Address.objects.get(street="Allee 2"), "end")

    listed = client.get(reverse("admin:accounts_address_changelist")).content.decode()
    assert "Old 1" in listed
    assert "Allee 2" not in listed


def test_payer_of_a_subtree_is_changed_and_changed_back(tree):
    client = client_of(people.manager())

    add(client, "handover", customer=tree.germany.pk, role="payer", responsible=tree.group.pk, since=str(today(tree.germany)))
    asked = Handover.objects.get()
    act(client_of(people.manager()), "handover", asked, "approve")
    act(client, "handover", asked, "undo")

    assert {line["after"] for line in asked.lines} == {tree.group.name}
    assert Handover.objects.get().undone_at is not None


def test_pair_is_dismissed_and_a_poor_import_is_dropped(tree):
    client, now = client_of(people.manager()), timezone.now()
    a, b = sorted((tree.berlin, tree.us), key=lambda customer: customer.pk)
    pair = Candidate.objects.create(a=a, b=b, score="0.9", found_at=now)
    staged = StagedImport.objects.create(name="poor.csv", rows=[], score=50, gate=90, staged_at=now)

    act(client, "candidate", pair, "dismiss")
    act(client, "stagedimport", staged, "drop")

    assert Candidate.objects.get().status == Candidate.Status.NOT_A_DUPLICATE
    assert StagedImport.objects.get().status == StagedImport.Status.DROPPED


def test_next_version_of_a_policy_begins_with_what_the_latest_one_says():
    version = policies.published({"remedy.agent_ticket_limit": "80.00 EUR"})
    client = client_of(people.manager())

    page = client.get(reverse("admin:accounts_policyversion_add"), {"policy": version.policy_id}).content.decode()

    assert "remedy.agent_ticket_limit = 80.00 EUR" in page
    assert client.get(reverse("admin:accounts_policyversion_add"), {"policy": "x"}).status_code == 200
