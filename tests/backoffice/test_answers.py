"""Who answers, as staff see and change it: owners, a payer for a whole subtree, what nobody owns; pages, CSV and API."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers import responsibilities
from accounts.customers.models import Handover
from accounts.days import local_day
from accounts.people import owners
from backoffice.forms.answers import HandoverForm
from tests.factories import people
from tests.factories.customers import below, helios

pytestmark = pytest.mark.django_db


def visit(viewer, route, *keys, form=None, query=""):
    client = Client()
    client.force_login(viewer)
    address = reverse(f"backoffice:{route}", args=keys) + query
    return client.get(address) if form is None else client.post(address, form)


def call(viewer, path, body=None):
    client = Client()
    client.force_login(viewer)
    address = f"/api/v1/staff/{path}"
    return client.get(address) if body is None else client.post(address, body, content_type="application/json")


def today():
    return local_day(timezone.now(), "Europe/Berlin")


def test_owner_named_on_the_page_stands_on_the_customers_page_with_its_source():
    world, kim, manager = helios(), people.staff("key_account", email="kim@accord.example"), people.staff("manager")

    form = {"role": "account_owner", "person": kim.pk, "since": today()}
    answer = visit(manager, "owners_of", world.group.number, form=form)
    page = visit(people.agent(), "customer", world.lab.number).content.decode()

    assert answer.status_code == 302
    assert "kim@accord.example" in page and "from Helios Group" in page


def test_handover_is_previewed_customer_by_customer_before_anything_happens():
    world = helios()

    query = f"?role=payer&who={world.europe.number}&since={today()}"
    page = visit(people.staff("manager"), "answers", world.europe.number, query=query).content.decode()

    assert "3 customers get another answer" in page
    assert not Handover.objects.exists()


def test_handover_is_made_and_undone_on_the_page():
    world, manager, second = helios(), people.staff("manager"), people.staff("manager")

    form = {"role": "payer", "who": world.europe.number, "since": today()}
    visit(manager, "handovers_of", world.europe.number, form=form)
    own = visit(manager, "answers", world.europe.number).content.decode()
    queue = visit(second, "data").content.decode()
    visit(second, "handover_decisions", Handover.objects.get().pk, form={"decision": "approve"})
    paid = responsibilities.payer_of(world.lab, today())
    visit(manager, "handover_undoings", Handover.objects.get().pk, form={})

    assert (paid, responsibilities.payer_of(world.lab, today())) == (world.europe, world.lab)
    assert "You asked for this yourself; another manager decides." in own
    assert "waiting for a second manager" in queue and "Helios Europe" in queue


def test_handover_is_refused_or_withdrawn_on_the_page_and_nothing_changes():
    world, manager, second = helios(), people.staff("manager"), people.staff("manager")
    form = {"role": "payer", "who": world.europe.number, "since": today()}

    for step, words in (("handover_decisions", {"decision": "refuse", "note": "No."}), ("handover_withdrawals", {})):
        visit(manager, "handovers_of", world.europe.number, form=form)
        visit(second, step, Handover.objects.get(status="waiting").pk, form=words)

    assert list(Handover.objects.order_by("pk").values_list("status", flat=True)) == ["refused", "withdrawn"]
    assert responsibilities.payer_of(world.lab, today()) == world.lab


def test_number_that_nobody_has_is_said_at_the_field():
    world = helios()

    form = {"role": "payer", "who": "C-0", "since": today()}
    answer = visit(people.staff("manager"), "handovers_of", world.europe.number, form=form)

    assert answer.status_code == 422
    assert "There is no customer with this number." in answer.content.decode()


def test_what_nobody_owns_is_listed_and_comes_as_csv():
    world, manager = helios(), people.staff("manager")
    for role in owners.ROLES[1:]:
        owners.name(actor=manager, customer=world.group, role=role, person=manager, since=today(), at=timezone.now())

    page = visit(people.agent(), "ownerless").content.decode()
    sheet = b"".join(visit(people.agent(), "ownerless_sheet").streaming_content).decode("utf-8-sig").splitlines()

    assert "Helios Group" in page and "Helios Europe" not in page
    assert sheet == ["Number,Customer,Kind,Nobody", f"{world.group.number},Helios Group,Group,owns the account"]


def test_api_names_an_owner_and_says_where_each_answer_comes_from():
    world, kim, manager = helios(), people.staff("key_account", email="kim@accord.example"), people.staff("manager")

    call(manager, f"nodes/{world.group.number}/owners/", {"role": "account_owner", "person": kim.email})
    told = {row["role"]: row for row in call(people.agent(), f"nodes/{world.lab.number}/responsibilities/").json()}

    assert (told["account_owner"]["who"], told["account_owner"]["source"]) == (str(kim), "from Helios Group")
    assert told["account_owner"]["set_by"] == manager.email
    assert (told["payer"]["who"], told["data_owner"]["who"]) == ("Lab", "")


def test_api_previews_hands_over_and_undoes():
    world, manager = helios(), people.staff("manager")
    place, wanted = f"nodes/{world.europe.number}", {"role": "payer", "responsible": world.europe.number}

    lines = call(manager, f"{place}/handover-previews/?role=payer&responsible={world.europe.number}").json()
    asked = call(manager, f"{place}/handovers/", wanted)
    again = call(manager, f"{place}/handovers/", wanted)
    decision = f"handovers/{asked.json()['id']}/decisions/"
    own = call(manager, decision, {"approve": True})
    done = call(people.staff("manager"), decision, {"approve": True})
    undone = call(manager, f"handovers/{asked.json()['id']}/undoings/", {})

    assert [line["name"] for line in lines] == ["Helios Germany", "Berlin", "Lab"]
    assert (asked.status_code, asked.json()["lines"], asked.json()["status"]) == (201, lines, "waiting")
    assert (again.json()["code"], own.json()["code"]) == ("handover_waits", "own_request")
    assert (done.status_code, done.json()["status"]) == (200, "done")
    assert undone.json()["undone_at"] is not None


def test_payer_is_found_by_its_name_and_asked_for_by_number_when_two_bear_it():
    tree = helios()
    given = {"role": "payer", "since": "2030-01-01"}

    by_name = HandoverForm(given | {"who": tree.germany.name.upper()})
    below(tree.us, tree.lab.name)
    by_two = HandoverForm(given | {"who": tree.lab.name})

    assert by_name.is_valid()
    assert by_name.cleaned_data["responsible"] == tree.germany
    assert "Several are called so; choose by number" in str(by_two.errors["who"])
    assert tree.lab.number in str(by_two.errors["who"])
