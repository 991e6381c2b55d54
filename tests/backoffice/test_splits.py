"""Splitting a customer as staff do it: chosen, previewed, asked for, decided by another, undone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.quality.split_models import Split
from tests.factories import people
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def test_split_is_previewed_asked_for_approved_and_undone_on_the_pages():
    division = below(group("Helios"), "Europe", "division")
    berlin = below(division, "Berlin")
    address = reverse("backoffice:customer_splits", args=[division.number])
    form = {"name": "Europe North", "day": timezone.now().date().isoformat(), "children": [berlin.pk]}
    agent, boss = client_of(people.agent()), client_of(people.supervisor())

    shown = agent.get(address, form).content.decode()
    agent.post(address, form)
    split = Split.objects.get()
    boss.post(reverse("backoffice:split_decisions", args=[split.pk]), {"decision": "approve"})

    assert "Berlin stands under the new customer" in shown
    assert Customer.objects.get(pk=berlin.pk).parent.name == "Europe North"
    assert "Undo this split" in boss.get(reverse("backoffice:split", args=[split.pk])).content.decode()
    boss.post(reverse("backoffice:split_undoings", args=[split.pk]))
    assert Customer.objects.get(pk=berlin.pk).parent == division


def test_split_of_nothing_is_refused_on_the_page():
    division = below(group(), kind="division")
    form = {"name": "North", "day": timezone.now().date().isoformat()}

    answer = client_of(people.agent()).post(reverse("backoffice:customer_splits", args=[division.number]), form)

    assert answer.status_code == 422 and "Choose what goes along" in answer.content.decode()


def test_own_split_is_not_approved_by_address():
    split_of = below(group(), kind="division")
    berlin, boss = below(split_of), client_of(people.supervisor())
    form = {"name": "North", "day": timezone.now().date().isoformat(), "children": [berlin.pk]}
    boss.post(reverse("backoffice:customer_splits", args=[split_of.number]), form)

    answer = boss.post(reverse("backoffice:split_decisions", args=[Split.objects.get().pk]), {"decision": "approve"})

    assert answer.status_code == 422 and "You asked for this yourself" in answer.content.decode()
