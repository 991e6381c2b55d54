"""Every button over a list of the administration does what it says to the row that was chosen, and says that it did.

Rows are written on their own pages by one manager (test_admin_add_forms.py) and pressed by another. `PRESSED` says for each
button what is pressed one after the other, and what of the row the last one changes; nothing: the row is gone.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.people import keys
from accounts.single_sign_on import records
from tests.backoffice.test_admin_add_forms import OURS, WRITTEN
from tests.factories import customers, desk, knowledge, people, quality

pytestmark = pytest.mark.django_db

PRESSED = {
    ("accounts.policyversion", "publish"): "published_at",
    ("accounts.policybinding", "approve"): "approved_by_id",
    ("accounts.policybinding", "approve end"): "until",
    ("accounts.policyexception", "approve"): "approved_by_id",
    ("accounts.policyexception", "approve end"): "until",
    ("support.allowance", "approve"): "approved_by_id",
    ("support.allowance", "approve end"): "until",
    ("accounts.keyaccount", "approve"): "approved_by_id",
    ("accounts.keyaccount", "approve end"): "until",
    ("accounts.condition", "approve"): "approved_by_id",
    ("accounts.condition", "approve end"): "until",
    ("billing.redemption", "approve"): "approved_by_id",
    ("billing.redemption", "turn_down"): "until",
    ("accounts.apikey", "end"): "revoked_at",
    ("support.noticetext", "publish"): "published_at",
    ("support.noticetext", "publish withdraw"): "withdrawn_at",
    ("accounts.membership", "end"): "until",
    ("accounts.segmentmembership", "take_out"): "",
    ("accounts.maildomain", "look_up"): "verified_at",
    ("accounts.maildomain", "release"): "",
    ("accounts.namedadministrator", "unname"): "",
    ("accounts.candidate", "dismiss"): "status",
    ("accounts.merge", "approve"): "status",
    ("accounts.merge", "refuse"): "status",
    ("accounts.merge", "approve undo"): "status",
    ("accounts.split", "approve"): "status",
    ("accounts.split", "refuse"): "status",
    ("accounts.split", "approve undo"): "status",
    ("accounts.changerequest", "approve"): "status",
    ("accounts.changerequest", "refuse"): "status",
    ("accounts.address", "end"): "",
    ("accounts.handover", "approve"): "status",
    ("accounts.handover", "refuse"): "status",
    ("accounts.handover", "withdraw"): "status",
    ("accounts.handover", "approve undo"): "undone_at",
    ("accounts.stagedimport", "release"): "status",
    ("accounts.stagedimport", "drop"): "status",
    ("support.savedview", "take_away"): "",
    ("support.articleversion", "publish"): "state",
    ("support.articleversion", "refuse"): "state",
    ("accounts.webhookendpoint", "remove"): "removed_at",
    ("accounts.webhookendpoint", "disabled enable"): "disabled_at",
}
ELSEWHERE = {
    ("support.noticetext", "send_to_me"),
    ("accounts.webhookendpoint", "send_again"),
    ("accounts.changerequest", "undo"),
    ("accounts.split", "withdraw"),
    ("accounts.changerequest", "withdraw"),
}


def by(manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def written(label, client):
    """A row written on its own page, or where rows come another way, by what brings them."""
    if label == "accounts.apikey":
        return keys.make(actor=None, customer=customers.group(), name="ERP", scopes=keys.SCOPES, at=timezone.now())[0]
    if label == "accounts.candidate":
        return quality.pair()
    if label == "support.savedview":
        return desk.view(people.supervisor(), shared=True)
    if label == "support.articleversion":
        return knowledge.version()
    if label == "accounts.stagedimport":
        return quality.staged_import()
    model, form = OURS[label].model, WRITTEN[label]()
    every = getattr(model, "every", model.objects)
    before = set(every.values_list("pk", flat=True))
    client.post(reverse(f"admin:{label.replace('.', '_')}_add"), form)
    return every.exclude(pk__in=before).get()


def press(client, row, action):
    """Press a button over the list for this row alone; return what the manager reads."""
    listing = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_changelist")
    answer = client.post(listing, {"action": action, "_selected_action": [row.pk]}, follow=True)
    return [str(message) for message in answer.context["messages"]]


def state_of(row):
    every = getattr(type(row), "every", type(row).objects)
    return every.filter(pk=row.pk).values().first()


def test_every_button_is_pressed_here(rf):
    request = rf.get("/")
    request.user = people.manager()
    buttons = {(label, action) for label, page in OURS.items() for action in page.get_actions(request)}

    assert buttons == {(label, steps.split()[-1]) for label, steps in PRESSED} | ELSEWHERE


@pytest.mark.parametrize(("label", "steps"), PRESSED)
def test_button_does_what_it_says_and_says_that_it_did(label, steps, monkeypatch):
    row, second = written(label, by(people.manager())), by(people.manager())
    monkeypatch.setattr(records.dns.resolver, "resolve", lambda *asked, **how: [SimpleNamespace(strings=[row.code.encode()])])
    *first, last = steps.split()
    for step in first:
        if step == "disabled":
            type(row).objects.filter(pk=row.pk).update(disabled_at=timezone.now(), disabled_why="Nobody answered.")
        else:
            assert press(second, row, step) == ["Done: 1."]
    before = state_of(row)

    told = press(second, row, last)

    after, field = state_of(row), PRESSED[label, steps]
    assert told == ["Done: 1."]
    assert (after or {}).get(field) != before.get(field, "there") if field else after is None or after["until"] is not None


@pytest.mark.parametrize(("label", "day"), [("accounts.split", "effective_on"), ("accounts.changerequest", "effective_on")])
def test_what_was_approved_for_a_day_to_come_is_withdrawn_before_it(label, day, monkeypatch):
    form = WRITTEN[label]() | {day: timezone.now().date() + timedelta(days=20)}
    monkeypatch.setitem(WRITTEN, label, lambda: form)
    row, second = written(label, by(people.manager())), by(people.manager())
    press(second, row, "approve")
    before = state_of(row)["status"]

    told = press(second, row, "withdraw")

    assert (told, before, state_of(row)["status"]) == (["Done: 1."], "approved", "withdrawn")


def test_move_that_happened_is_put_back():
    row, second = written("accounts.changerequest", by(people.manager())), by(people.manager())
    press(second, row, "approve")
    there = Customer.objects.get(pk=row.customer_id).parent_id

    told = press(second, row, "undo")

    back = Customer.objects.get(pk=row.customer_id).parent_id
    assert (told, there, back) == (["Done: 1."], row.place_id, Customer.objects.get(pk=there).parent_id)


def test_test_of_a_text_is_sent_to_who_presses():
    row, second = written("support.noticetext", by(people.manager())), people.manager()

    told = press(by(second), row, "send_to_me")

    assert told == [f"A test is on its way to {second.email}."]
    assert mail.outbox[-1].to == [second.email] or second.email in str(mail.outbox[-1].to)


def test_what_did_not_arrive_is_sent_again_and_said():
    row, second = written("accounts.webhookendpoint", by(people.manager())), by(people.manager())

    assert press(second, row, "send_again") == ["Done: 1."]
