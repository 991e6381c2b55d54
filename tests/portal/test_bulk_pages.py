"""A file of contract changes in the portal: taken at once, priced and made by a worker, and the page says how far it has come."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.people import invitations
from billing import tasks
from billing.amendments import applying
from billing.amendments.bulk.models import BulkChange, BulkChangeRow
from billing.amendments.models import OrderApproval
from billing.contracts import state
from tests.factories import billing
from tests.factories.people import administrator, joins, person
from tests.portal.visiting import NOW, TODAY, browser_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def visitor(tree):
    return browser_of(administrator(tree.group))


def running(tree):
    return billing.subscribed(tree.berlin, billing.version(price="62.00"), quantity=2, on=date(2026, 1, 1))


def uploaded(visitor, tree, *subscriptions):
    lines = "".join(f"{one.ref},set_quantity,5,now\n" for one in subscriptions)
    file = SimpleUploadedFile("seats.csv", f"contract,action,quantity,effective\n{lines}".encode())
    answer = visitor.post(reverse("portal:bulk_changes", args=[tree.berlin.number]), {"file": file})
    return BulkChange.objects.get(), answer["Location"]


def choose(visitor, bulk, *rows):
    return visitor.post(reverse("portal:bulk_applications", args=[bulk.pk]), {"rows": rows}, follow=True)


def test_upload_answers_at_once_and_the_page_tells_how_far_the_prices_are(visitor, tree):
    bulk, page = uploaded(visitor, tree, running(tree), running(tree))

    before = visitor.get(page)
    assert "0 of 2 rows are priced" in words(before)
    assert "every 2s" in before.content.decode()
    tasks.work_off_bulk_change(str(bulk.pk))

    after = visitor.get(page)
    assert "2 rows can be made as they stand here" in words(after)
    assert "every 2s" not in after.content.decode()


def test_chosen_rows_are_made_by_the_worker_at_the_quotes_on_the_page(visitor, tree):
    one, two = running(tree), running(tree)
    bulk, _ = uploaded(visitor, tree, one, two)
    tasks.work_off_bulk_change(str(bulk.pk))
    row = bulk.rows.get(number=3)

    answer = choose(visitor, bulk, f"3:{row.quote_id}")

    assert "1 change is being made." in words(answer)
    assert state.as_of(two, TODAY).quantity == 2
    tasks.work_off_bulk_change(str(bulk.pk))
    assert (state.as_of(one, TODAY).quantity, state.as_of(two, TODAY).quantity) == (2, 5)
    assert "These rows were chosen before." in words(choose(visitor, bulk, f"3:{row.quote_id}"))


@pytest.mark.parametrize("sent", ["", "3", "3:", "x:y", "2:00000000-0000-0000-0000-00000000000g", "9999999:x"])
def test_rows_without_their_quote_choose_nothing(visitor, tree, sent):
    bulk, _ = uploaded(visitor, tree, running(tree))
    tasks.work_off_bulk_change(str(bulk.pk))

    answer = choose(visitor, bulk, sent)

    assert "Choose at least one row." in words(answer)
    assert BulkChangeRow.objects.get().status == "ready"


def test_another_quote_says_that_the_row_changed(visitor, tree):
    bulk, _ = uploaded(visitor, tree, running(tree))
    tasks.work_off_bulk_change(str(bulk.pk))

    answer = choose(visitor, bulk, f"2:{bulk.pk}")

    assert "1 row changed and is not made." in words(answer)
    assert "Not made, because it changed since you looked" in words(answer)


def test_row_that_was_approved_since_is_done_on_the_page(tree):
    held = joins(person(), tree.berlin)
    visitor, approver = browser_of(held.user), administrator(tree.group)
    invitations.limit_orders(actor=None, membership=held, limit_minor=0, at=NOW)
    bulk, page = uploaded(visitor, tree, running(tree))
    tasks.work_off_bulk_change(str(bulk.pk))
    choose(visitor, bulk, f"2:{bulk.rows.get().quote_id}")
    tasks.work_off_bulk_change(str(bulk.pk))
    assert "Waiting for approval" in words(visitor.get(page))

    approval = OrderApproval.objects.get()
    applying.decide(actor=approver, approval=approval, approve=True, note="", at=NOW, today=TODAY)

    assert "Waiting for approval" not in words(visitor.get(page))
    assert ",applied," in b"".join(visitor.get(reverse("portal:bulk_sheet", args=[bulk.pk])).streaming_content).decode()


def test_program_names_each_row_with_its_quote(visitor, tree):
    one = running(tree)
    given = {"csv": f"contract,action,quantity,effective\n{one.ref},set_quantity,5,now\n"}
    made = by_program(visitor, "bulk_changes", tree.berlin.number, given).json()
    assert [row["status"] for row in made["rows"]] == ["waiting"]
    tasks.work_off_bulk_change(made["token"])
    [row] = visitor.get(reverse("api:bulk_change", args=[made["token"]])).json()["rows"]

    refused = by_program(visitor, "bulk_applications", made["token"], {"rows": [2]})
    taken = by_program(visitor, "bulk_applications", made["token"], {"rows": [{"row": 2, "quote": row["quote"]}]})

    assert (refused.status_code, taken.status_code, taken.json()["rows"][0]["status"]) == (400, 200, "chosen")
    tasks.work_off_bulk_change(made["token"])
    assert state.as_of(one, TODAY).quantity == 5


def test_rows_out_of_reach_stand_on_no_page_no_sheet_and_in_no_answer(visitor, tree):
    outsider = joins(person(), tree.berlin)
    joins(outsider.user, tree.lab, effect="deny")
    hidden = billing.subscribed(tree.lab, billing.version(price="62.00"), quantity=2, on=date(2026, 1, 1))
    shown = running(tree)
    bulk, page = uploaded(visitor, tree, hidden, shown)
    tasks.work_off_bulk_change(str(bulk.pk))
    other = browser_of(outsider.user)

    sheet = b"".join(other.get(reverse("portal:bulk_sheet", args=[bulk.pk])).streaming_content).decode()
    told = other.get(reverse("api:bulk_change", args=[bulk.pk])).json()["rows"]
    seen = other.get(page).content.decode()

    assert [(row["number"], row["given"]["contract"]) for row in told] == [(3, shown.ref)]
    assert shown.ref in sheet and hidden.ref not in sheet
    assert "1 row can be made" in words(other.get(page)) and f"2:{bulk.rows.get(number=2).quote_id}" not in seen


def by_program(visitor, route, key, given):
    headers = {"Idempotency-Key": uuid4().hex}
    return visitor.post(reverse(f"api:{route}", args=[key]), given, content_type="application/json", headers=headers)


def test_beat_goes_on_with_what_nobody_works_on(visitor, tree):
    bulk, _ = uploaded(visitor, tree, running(tree))

    tasks.go_on_with_bulk_changes()

    assert bulk.rows.get().status == "ready"


def test_page_of_three_rows_takes_the_statements_of_one(visitor, tree):
    page, _ = uploaded(visitor, tree, running(tree))
    tasks.work_off_bulk_change(str(page.pk))
    address = reverse("portal:bulk_change", args=[page.pk])
    visitor.get(address)
    with CaptureQueriesContext(connection) as one:
        visitor.get(address)
    for number in (3, 4):
        asked = {"number": number, "given": {"contract": "S-1"}, "status": "waiting", "priced_for": page.asked_by}
        BulkChangeRow.objects.create(bulk=page, **asked)
        BulkChangeRow.objects.filter(number=number).update(given=page.rows.get(number=2).given | {"contract": running(tree).ref})
    tasks.work_off_bulk_change(str(page.pk))

    with CaptureQueriesContext(connection) as more:
        visitor.get(address)

    assert (len(more), page.rows.filter(status="ready").count()) == (len(one), 3)
