"""Usage out of a file: checked line by line, kept once and as a whole, or not at all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.days import local_day
from accounts.timeline.models import Activity
from billing.usage.models import UsageRecord
from tests.factories import billing, customers, metered, people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
COLUMNS = "subscription,metric,key,used_at,units"


@pytest.fixture
def running():
    now = timezone.now()
    first = local_day(now, "Europe/Berlin").replace(day=1)
    return billing.subscribed(customers.group("Berlin"), metered.version(), on=first, at=now)


def row(subscription, key="a", *, used_at="", units="40"):
    return f"{subscription.ref},calls,{key},{used_at or timezone.now().isoformat()},{units}"


def upload(*lines, keep=True, columns=COLUMNS):
    file = SimpleUploadedFile("usage.csv", "\r\n".join([columns, *lines]).encode("utf-8-sig"))
    given = {"file": file} | ({"keep": "on"} if keep else {})
    return browser_of(people.finance()).post(reverse("backoffice:usage_file"), given)


def test_file_is_kept_once_however_often_it_is_sent(running):
    lines = [row(running, "a"), row(running, "b", units="2.5")]

    answers = [upload(*lines) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert sorted(record.units for record in UsageRecord.objects.all()) == [2.5, 40]


def test_file_that_is_only_checked_keeps_nothing(running):
    answer = upload(row(running), keep=False)

    assert "One measurement can be kept" in words(answer)
    assert not UsageRecord.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"units": "1e999999999"},
        {"units": "1_000"},
        {"units": "\u0663"},
        {"key": "a\x00"},
        {"key": "a" * 201},
        {"units": "-1"},
        {"units": "2,5"},
        {"used_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_hostile_cell_is_a_fault_of_its_line(running, bad):
    answer = upload(row(running, **bad))

    assert answer.status_code == 422
    assert [fault.line for fault in answer.context["faults"]] == [2]


def test_key_that_stands_twice_with_other_values_is_a_fault(running):
    moment = timezone.now().isoformat()
    lines = [row(running, "a", used_at=moment), row(running, "a", used_at=moment), row(running, "a", used_at=moment, units="41")]

    answer = upload(*lines)

    assert [fault.line for fault in answer.context["faults"]] == [4]
    assert not UsageRecord.objects.exists()


def test_key_that_was_kept_with_other_values_is_a_fault(running):
    moment = timezone.now().isoformat()
    upload(row(running, "a", used_at=moment))

    answer = upload(row(running, "a", used_at=moment, units="41"), row(running, "b"))

    assert [fault.line for fault in answer.context["faults"]] == [2]
    assert [record.units for record in UsageRecord.objects.all()] == [40]


@pytest.mark.parametrize("columns", [f"{COLUMNS},Amount", f"{COLUMNS},units"])
def test_column_that_is_unknown_or_named_twice_is_refused(running, columns):
    answer = upload(f"{row(running)},1", columns=columns)

    assert answer.status_code == 422
    assert "not known, or twice" in words(answer)
    assert not UsageRecord.objects.exists()


def test_who_brought_a_file_in_is_on_record_once(running):
    lines = [row(running, "a"), row(running, "b")]

    upload(*lines)
    upload(*lines)

    (told,) = Activity.objects.filter(kind="billing.usage_brought_in")
    assert (told.customer, told.facts["count"], told.about_ref) == (running.customer, 2, running.ref)
    assert told.actor_id


def test_each_fault_has_its_line_and_then_nothing_is_kept(running):
    answer = upload(
        row(running), row(running, "b", units="many"), row(running, "c", used_at="2026-11-03 10:15"), row(running, ""),
        "S-9999,calls,d,2026-11-03T10:15:00+01:00,1",
    )  # fmt: skip

    assert answer.status_code == 422
    assert [(fault.line, fault.reason[:24]) for fault in answer.context["faults"]] == [
        (3, "many is no number."),
        (4, "2026-11-03 10:15 is no m"),
        (5, "A measurement has a key "),
        (6, "S-9999 is not a subscrip"),
    ]
    assert not UsageRecord.objects.exists()


@pytest.mark.parametrize(
    ("lines", "columns", "told"),
    [
        ([], COLUMNS, "The file has no line below its columns."),
        (["1"], "subscription,metric", "does not name these columns: key, used_at, units"),
        (['"open'], COLUMNS, "cannot be read as CSV"),
    ],
)
def test_what_is_no_file_of_usage_is_refused_in_one_sentence(lines, columns, told):
    answer = upload(*lines, columns=columns)

    assert answer.status_code == 422
    assert told in words(answer)
