"""Relations as managers set them: on the customer's page, by the API and in the administration."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.relation_models import Relation, RelationKind
from tests.factories import people, relations
from tests.factories.customers import group

pytestmark = pytest.mark.django_db


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def form(other, **changed):
    return {"kind": "serves", "other": other.number, "since": "2026-07-01", "until": ""} | changed


def test_manager_relates_two_customers_and_both_pages_show_it():
    reseller, served, manager = group("Lanternway"), group("Oxbow Foods"), people.manager()

    client_of(manager).post(reverse("backoffice:relation_makings", args=[reseller.number]), form(served))

    assert str(Relation.objects.get()) == "Lanternway serves Oxbow Foods"
    for node, other in ((reseller, "Oxbow Foods"), (served, "Lanternway")):
        assert other in client_of(manager).get(reverse("backoffice:customer_relations", args=[node.number])).content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"other": "C-0"}, "There is no customer with this number."),
        ({"other": "C-\x00"}, "Null characters are not allowed."),
        ({"until": "2026-06-01"}, "A relation ends after it begins."),
    ],
)
def test_relation_that_cannot_be_is_refused_on_the_page(changed, said):
    reseller, served = group(), group()

    answer = client_of(people.manager()).post(
        reverse("backoffice:relation_makings", args=[reseller.number]), form(served) | changed
    )

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Relation.objects.exists()


def test_relation_is_ended_on_the_page():
    relation = relations.serves(group())
    today = timezone.now().date()

    client_of(people.manager()).post(reverse("backoffice:relation_endings", args=[relation.pk]), {"on": today.isoformat()})

    relation.refresh_from_db()
    assert relation.until == today


def test_api_relates_lists_and_ends_for_managers_only():
    reseller, served = group(), group()
    address = f"/api/v1/staff/nodes/{reseller.number}/relations/"
    given = {"kind": "serves", "other": served.number, "since": "2026-07-01"}

    refused = client_of(people.agent()).post(address, given, content_type="application/json")
    made = client_of(people.manager()).post(address, given, content_type="application/json")
    ended = client_of(people.manager()).post(
        f"/api/v1/staff/relations/{made.json()['id']}/endings/", {"on": "2026-08-01"}, content_type="application/json"
    )

    assert (refused.status_code, made.status_code, ended.json()["until"]) == (422, 201, "2026-08-01")
    assert client_of(people.agent()).get(address).json()["results"][0]["shows"] == "tickets"


def test_kind_is_defined_in_the_administration_by_the_use_case():
    manager = client_of(people.manager())

    manager.post(
        "/admin/accounts/relationkind/add/", {"code": "audits", "label": "audits", "inverse": "is audited by", "shows": "name"}
    )

    assert RelationKind.objects.get(pk="audits").shows == "name"
    assert manager.get("/admin/accounts/relation/").status_code == 200
    assert manager.get("/admin/accounts/sharedticket/").status_code == 200
