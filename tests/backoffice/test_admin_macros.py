"""Managers write in the administration which fields of a ticket a macro fills in."""

import pytest
from django.urls import reverse

from support.desk.changes import Change
from support.desk.macro_models import MacroVersion
from tests.backoffice.seeing import words
from tests.factories import desk

pytestmark = pytest.mark.django_db
OPTIONS = [{"code": "router", "label": "Router", "label_de": "", "retired": False}]
GIVEN = {"position": 1, "active": "on", "label": "Order"}


def test_fields_a_macro_fills_in_are_written_and_shown_again(manager):
    desk.field("order")
    desk.field("device", type="choice", options=OPTIONS)
    version = desk.macro(change=Change(fields={"order": "A: 1"}))
    page = reverse("admin:support_macro_change", args=[version.macro_id])

    shown = manager.get(page)
    manager.post(page, GIVEN | {"filled": "order:\ndevice: router"})

    assert "order: A: 1" in words(shown) and "device (Device: router)" in words(shown)
    assert MacroVersion.objects.get(number=2).change["fields"] == {"order": "", "device": "router"}


def test_value_that_does_not_fit_its_field_is_said_at_the_input_and_writes_nothing(manager):
    desk.field("order", type="number")

    answer = manager.post(reverse("admin:support_macro_add"), GIVEN | {"code": "order", "filled": "order: many"})

    assert answer.context["errors"] and answer.context["adminform"].form.errors["filled"] == ["“Order” is a whole number."]
    assert not MacroVersion.objects.exists()
