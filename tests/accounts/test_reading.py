"""Rows by the thousand: read by their keys and made without ceremony, they are what Django's own ways give."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.models.signals import post_init, pre_init

from accounts import copying, reading
from accounts.canonical import Told
from accounts.customers.models import Customer
from accounts.timeline.models import Activity
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.invoices.models import Document, Line
from tests.factories import billing, customers

NOON = billing.NOON

pytestmark = pytest.mark.django_db


def facts(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("model", [Customer, Contract, Subscription, ContractEvent])
def test_row_read_quickly_is_the_row_that_was_written(model):
    billing.subscribed(customers.group("Payer", country="DE"), quantity=3, tax_rate="0.19")

    row = model.objects.first()

    assert facts(row) == model.objects.values(*facts(row)).get(pk=row.pk)
    assert (row._state.adding, row._state.db, row) == (False, "default", model.objects.only("pk").get(pk=row.pk))


@pytest.mark.parametrize("model", [Customer, Contract, Subscription, ContractEvent, Document, Line, Activity])
def test_nobody_listens_to_rows_being_made_that_are_made_without_a_constructor(model):
    assert not pre_init.has_listeners(model)
    assert not post_init.has_listeners(model)


def test_customer_read_in_part_is_completed_when_asked():
    customers.group("Payer", country="DE")

    row = Customer.objects.only("name").get(name="Payer")

    assert row.country == "DE"


def test_customer_read_quickly_still_moves_in_the_tree():
    group, other = customers.group("Group"), customers.group("Other")
    below = Customer.objects.get(pk=customers.below(group).pk)
    assert below._mptt_cached_fields == customers.below(group)._mptt_cached_fields
    below.parent = other
    below.save()

    assert list(Customer.objects.below(Customer.objects.get(pk=other.pk), include_self=False)) == [below]


def test_rows_among_keys_are_those_of_the_keys():
    first, _, third = (customers.group(name) for name in ("A", "B", "C"))

    found = Customer.objects.filter(reading.among("pk", [third.pk, first.pk, 0])).order_by("pk")

    assert list(found) == [first, third]
    assert not Customer.objects.filter(reading.among("parent_id", [])).exists()


@pytest.mark.parametrize("model", [Document, Line, Activity])
def test_row_made_without_ceremony_is_what_its_constructor_makes(model):
    assert facts(copying.made(model, {"kind": "x"})) == facts(model(kind="x"))
    assert copying.made(Line, {"quantity": Decimal(2)}).derivation is not copying.made(Line, {}).derivation


@pytest.mark.parametrize("text", ["", "plain", "\\N", "tab\tnew\nline\r", "\\", 'quote " and \\" of JSON', "%s", "\x02ü🙂"])
def test_copied_rows_say_what_they_were_given(text):
    given = [copying.made(Activity, {"kind": "billing.test", "at": NOON, "recorded_at": NOON, "about_ref": text, "facts": facts_})
             for facts_ in ({"a": text}, Told(b=text, a=None), {})]  # fmt: skip
    (keys,) = copying.reserve((Activity, 3))
    for key, activity in zip(keys, given, strict=True):
        activity.pk = key

    copying.add(Activity, given)

    stored = Activity.objects.filter(pk__in=keys).order_by("pk")
    assert [(row.about_ref, row.facts, row.customer_id, row.internal) for row in stored] == [
        (text, {"a": text}, None, False), (text, {"b": text, "a": None}, None, False), (text, {}, None, False),
    ]  # fmt: skip


def test_copied_moments_of_an_hour_that_comes_twice_stay_an_hour_apart():
    twice = [datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold) for fold in (0, 1)]
    given = [copying.made(Activity, {"kind": "billing.test", "at": at, "recorded_at": NOON, "facts": {}}) for at in twice]
    (keys,) = copying.reserve((Activity, 2))
    for key, activity in zip(keys, given, strict=True):
        activity.pk = key

    copying.add(Activity, given)

    first, second = Activity.objects.filter(pk__in=keys).order_by("pk").values_list("at", flat=True)
    assert second - first == timedelta(hours=1)
