"""Sources as stewards see them: side by side on a page, told by the API, ruled in the administration."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.customers.models import Customer
from accounts.quality.source_models import SourceSystem, SurvivorshipRule
from tests.factories import people, sources
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
OLD, NEW = "+49 30 555 0100", "+49 30 555 0199"


def client_of(viewer):
    client = Client()
    client.force_login(viewer)
    return client


def test_page_shows_both_words_and_keeping_one_by_hand_changes_the_fact():
    customer, steward = group(), client_of(people.agent())
    sources.said(customer, value=OLD, verified=True)
    newer = sources.said(customer, value=NEW, system="shop")
    page = reverse("backoffice:customer_sources", args=[customer.number])

    steward.post(reverse("backoffice:source_adoptions", args=[newer.pk]))

    shown = steward.get(page).content.decode()
    assert OLD in shown and NEW in shown and "The rule would keep another word." in shown
    assert Customer.objects.get(pk=customer.pk).phone == NEW


def test_one_click_verifies_a_word():
    customer = group()
    word = sources.said(customer)

    answer = client_of(people.agent()).post(reverse("backoffice:source_verifications", args=[word.pk]))

    word.refresh_from_db()
    assert answer.status_code == 302 and word.verified_at is not None


def test_system_tells_by_the_api_and_a_refusal_is_an_answer():
    customer, program = group(), client_of(people.agent())
    sources.system()
    address = f"/api/v1/staff/nodes/{customer.number}/sources/"
    told = {"system": "crm", "external_id": "ACC-1", "says": {"phone": OLD}}

    made = program.post(address, told, content_type="application/json")
    refused = program.post(address, told | {"says": {"phone": "call me"}}, content_type="application/json")

    assert made.status_code == 201
    assert made.json()[0]["kept"] == {"phone": OLD} and made.json()[0]["said"][0]["external_id"] == "ACC-1"
    assert (refused.status_code, refused.json()["code"]) == (422, "phone.format")
    assert program.get(address).json() == made.json()


def test_systems_and_rules_are_written_in_the_administration():
    manager = client_of(people.manager())

    manager.post("/admin/accounts/sourcesystem/add/", {"code": "crm", "name": "Sales", "rank": 10})
    manager.post("/admin/accounts/survivorshiprule/phone/change/", {"picks": "newest"})

    assert SourceSystem.objects.get().name == "Sales"
    assert SurvivorshipRule.objects.get(pk="phone").picks == "newest"
    for page in ("survivorshiprule/", "sourcerecord/"):
        assert manager.get(f"/admin/accounts/{page}").status_code == 200
