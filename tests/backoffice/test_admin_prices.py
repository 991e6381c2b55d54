"""Prices in the administration: everything a plan may cost is written there, kept with who wrote it, and billed."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.timeline.models import Activity
from backoffice.admin import charge_text
from billing.catalog import plans
from billing.catalog.models import PlanVersion, PriceList, Product, TaxRate
from billing.usage.models import Meter
from tests.backoffice.seeing import words
from tests.factories import billing

pytestmark = pytest.mark.django_db

CALLS = "calls | Calls | usage calls | graduated up_to=1000 unit_price=0.10; unit_price=0.05 | in_arrears | month"
SETUP = "setup | Installation | one_time | flat price=99.00"


def publish(client, **said):
    base = {"model": "standard", "price": "62.00", "interval_unit": "month", "billing": "in_advance", "trial_days": 0}
    base |= {"currency": "EUR", "effective_on": timezone.now().date()}
    plan = said.pop("plan", None) or billing.plan()
    return client.post(reverse("admin:billing_planversion_add"), base | {"plan": plan.pk} | said)


def test_price_with_usage_a_set_up_fee_and_an_introduction_is_published_as_one_version(manager):
    manager.post(reverse("admin:billing_meter_add"), {"code": "calls", "aggregation": "sum"})

    publish(manager, further=f"{SETUP}\n{CALLS}", first_price="31.00", first_periods=3, term=12)

    version = PlanVersion.objects.get()
    told = [(one.code, one.kind, one.billing, one.params) for one in version.charges.order_by("pk")]
    assert told == [
        ("base", "recurring", "in_advance", {"unit_price": "62.00"}),
        ("setup", "one_time", "in_advance", {"price": "99.00"}),
        ("calls", "usage", "in_arrears", {"tiers": [{"up_to": "1000", "unit_price": "0.10"}, {"unit_price": "0.05"}]}),
    ]
    assert (version.intro_price, version.intro_periods, version.term_months, version.ends_with_term) == (31, 3, 12, False)


def test_published_price_is_shown_in_words_and_tells_who_published_it(manager):
    publish(manager, further=SETUP)

    version = PlanVersion.objects.get()
    shown = words(manager.get(reverse("admin:billing_planversion_change", args=[version.pk])))
    told = Activity.objects.get(kind="billing.price_published")
    assert "62.00 EUR for each seat a month" in shown
    assert "99.00 EUR once" in shown
    assert told.actor.email and told.facts["version"] == version.number


def test_next_price_begins_with_what_the_latest_one_says(manager):
    Meter.objects.create(code="calls")
    plan = billing.plan()
    publish(manager, plan=plan, further=CALLS, price="70.00", first_price="31.00", first_periods=2)

    page = words(manager.get(f"{reverse('admin:billing_planversion_add')}?plan={plan.pk}"))

    assert 'value="70.00"' in page and 'value="31.00"' in page
    assert CALLS in page


@pytest.mark.parametrize(
    ("further", "reason"),
    [
        ("setup | Installation", "is no charge; write code | name | kind"),
        ("setup | Installation | gift | flat price=1", "is no kind of charge"),
        ("calls | Calls | usage | flat price=1", "is no kind of charge"),
        ("setup | Installation | one_time | free price=1", "is no charge model; there are standard"),
        ("setup | Installation | one_time | flat 99", "Write terms as name=value"),
        ("setup | Installation | one_time | flat price=99 | soon", "is not when something is billed"),
        ("setup | Installation | recurring | flat price=99 | in_advance | fortnight", "is not a length of billing cycle"),
        ("setup | Installation | recurring | flat price=99 | in_advance | x month", "is not how often"),
        ("setup | Installation | one_time | flat price=-1", "price cannot be below zero"),
        ("setup | Installation | one_time | flat cost=1", "cost"),
        ("base | Again | recurring | flat price=1", "a code of its own"),
        ("calls | Calls | usage calls | graduated up_to=5 unit_price=1", "the last one has no end"),
        ("calls | Calls | usage faxes | standard unit_price=1", "Nothing is measured as faxes; add the meter first."),
    ],
)
def test_charge_that_cannot_be_is_refused_with_a_sentence_and_publishes_nothing(manager, further, reason):
    Meter.objects.create(code="calls")

    answer = publish(manager, further=further)

    assert reason in words(answer).replace("&#x27;", "'")
    assert not PlanVersion.objects.exists()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"first_price": "31.00"}, "A price at first needs its number of periods"),
        ({"first_periods": "3"}, "A price at first needs its number of periods"),
        ({"ends": "on"}, "A plan ends with its term only where a term is agreed."),
    ],
)
def test_phase_that_cannot_be_is_refused_with_a_sentence_and_publishes_nothing(manager, said, reason):
    answer = publish(manager, **said)

    assert reason in words(answer)
    assert not PlanVersion.objects.exists()


def test_price_of_a_price_list_holds_for_who_has_it_and_for_nobody_else(manager):
    plan, today = billing.plan(), timezone.now().date()
    manager.post(reverse("admin:billing_pricelist_add"), {"code": "framework", "name": "Framework prices"})
    listed = PriceList.objects.get()
    publish(manager, plan=plan)

    publish(manager, plan=plan, price="50.00", price_list=listed.pk)

    everybody, theirs = (plans.version_for(plan, "EUR", today, lists) for lists in ([], [listed.pk]))
    assert [one.charges.get().params["unit_price"] for one in (everybody, theirs)] == ["62.00", "50.00"]


def test_product_and_price_list_tell_what_changed_and_by_whom(manager):
    facts = {"name": "Desk", "unit_name": "seat", "supply": "service"}
    manager.post(reverse("admin:billing_product_add"), facts | {"code": "desk"})
    page = reverse("admin:billing_product_change", args=[Product.objects.get().pk])

    for _ in range(2):
        manager.post(page, facts | {"name": "Workdesk"})

    told = Activity.objects.filter(kind="billing.product_defined").order_by("pk")
    assert [(one.facts["before"], one.facts["after"].get("name")) for one in told] == [
        ({}, "Desk"),
        ({"name": "Desk"}, "Workdesk"),
    ]


def test_meter_keeps_how_it_counts(manager):
    add = reverse("admin:billing_meter_add")
    manager.post(add, {"code": "calls", "aggregation": "sum"})

    answer = manager.post(add, {"code": "calls", "aggregation": "max"})

    assert "already exists" in words(answer)
    assert Meter.objects.get().aggregation == "sum"


def test_rate_of_tax_is_said_in_percent_from_a_day_on_and_stands(manager):
    add, since = reverse("admin:billing_taxrate_add"), "2027-03-01"
    said = {"country": "at", "percent": "21", "since": since, "source": "BGBl. I 1/2027"}

    manager.post(add, said)
    again = manager.post(add, said | {"percent": "22"})

    kept = TaxRate.objects.get(country="AT", since=date(2027, 3, 1))
    assert kept.rate == 21 / 100 or str(kept.rate) == "0.2100"
    assert "a change holds from a day of its own" in words(again)
    assert "21 %" in words(manager.get(reverse("admin:billing_taxrate_changelist") + "?q=AT"))


def test_lines_are_read_as_they_were_written():
    lines = "\n".join((SETUP + " | in_advance | month", CALLS, "least | Least | recurring | flat price=5 | in_arrears | 3 month"))
    version = plans.publish_version(
        plan=billing.plan(), currency="EUR", charges=charge_text.charges(lines), effective_on=date(2026, 1, 1)
    )

    assert charge_text.written(version.charges.order_by("pk")) == lines
