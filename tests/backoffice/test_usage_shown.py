"""Usage of a subscription as our own people read it: by day and meter, page by page, with who brought it in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from backoffice import usage_files, usage_shown
from billing.usage import recording
from billing.usage.recording import Measurement
from tests.backoffice.test_query_counts import statements
from tests.factories import billing, customers, people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
USED = datetime(2026, 3, 9, 10, tzinfo=UTC)


@pytest.fixture
def told():
    for code, how in (("calls", "sum"), ("seats", "max"), ("people", "unique"), ("stock", "last")):
        recording.define_meter(code=code, aggregation=how)
    return Measurement(billing.subscribed(customers.group("Berlin")).ref, "calls", "1", USED, units=Decimal("2.50"))


def page(told, viewer=None, query=""):
    address = reverse("backoffice:subscription_usage", args=[told.subscription])
    return browser_of(viewer or people.agent()).get(f"{address}{query}")


def test_each_meter_makes_one_number_of_a_day_as_it_does_for_the_invoice(told):
    later = replace(told, key="2", used_at=USED + timedelta(hours=1), units=Decimal(1))
    both = [told, later]
    more = [
        replace(one, metric=meter, key=f"{meter}-{one.key}", item="a") for meter in ("seats", "people", "stock") for one in both
    ]
    recording.record([*both, *more], at=AT)

    rows = page(told).context["rows"]

    assert [(row.day, row.meter, row.used, row.measurements) for row in rows] == [
        (date(2026, 3, 9), "calls", Decimal("3.5"), 2), (date(2026, 3, 9), "people", 1, 2),
        (date(2026, 3, 9), "seats", Decimal("2.5"), 2), (date(2026, 3, 9), "stock", 1, 2),
    ]  # fmt: skip


def test_page_says_who_brought_a_file_in_and_what_came_by_program(told):
    finance = people.finance()
    usage_files.keep([told], actor=finance, at=AT)
    recording.record([replace(told, key="2", used_at=USED - timedelta(days=1))], at=AT + timedelta(minutes=1))

    rows = page(told).context["rows"]

    assert [row.told_by for row in rows] == [str(finance), "by program"]


def test_pages_lead_on_and_back_through_every_day_once(told):
    days = usage_shown.ROWS + 5
    recording.record([replace(told, key=f"{n}", used_at=USED - timedelta(days=n)) for n in range(days)], at=AT)

    first = page(told)
    second = page(told, query=f"?after={first.context['page'].next_cursor}")
    back = page(told, query=f"?before={second.context['page'].previous_cursor}")

    shown = [row.day for answer in (first, second) for row in answer.context["rows"]]
    assert shown == [USED.date() - timedelta(days=n) for n in range(days)]
    assert [row.day for row in back.context["rows"]] == shown[: usage_shown.ROWS]
    assert not second.context["page"].next_cursor and not first.context["page"].previous_cursor


@pytest.mark.parametrize("made_up", ["2026-13-40~calls", "x", "2026-03-09", "~"])
def test_made_up_cursor_is_the_first_page(told, made_up):
    recording.record([told], at=AT)

    assert [row.meter for row in page(told, query=f"?after={made_up}").context["rows"]] == ["calls"]


def test_more_days_take_no_more_statements(told):
    viewer, address = people.agent(), reverse("backoffice:subscription_usage", args=[told.subscription])
    usage_files.keep([told], actor=people.finance(), at=AT)
    one = statements(viewer, address)
    for number in range(3):
        one_more = replace(told, key=f"k{number}", used_at=USED - timedelta(days=number + 1))
        usage_files.keep([one_more], actor=people.finance(), at=AT + timedelta(minutes=number))

    assert statements(viewer, address) == one


def test_customers_page_leads_to_the_usage_of_each_subscription(told):
    shown = browser_of(people.agent()).get(reverse("backoffice:customer", args=[customers.Customer.objects.get().number]))

    assert reverse("backoffice:subscription_usage", args=[told.subscription]) in shown.content.decode()
    assert "Nothing measured yet" in words(page(told))


def test_programs_read_it_page_by_page_and_only_ours(told):
    recording.record([replace(told, key=f"{n}", used_at=USED - timedelta(days=n)) for n in range(3)], at=AT)
    address = reverse("staff_api:subscription_usage", args=[told.subscription])
    client = browser_of(people.agent())

    first = client.get(f"{address}?limit=2").json()
    second = client.get(first["next"]).json()

    assert [row["day"] for row in first["results"] + second["results"]] == ["2026-03-09", "2026-03-08", "2026-03-07"]
    assert (first["results"][0]["used"], first["results"][0]["told_by"]) == ("2.5000000000", "by program")
    assert browser_of(people.administrator(customers.group("Paris"))).get(address).status_code == 404
