"""Invoice runs in the back office: tried, asked for, followed, and what they hold decided by a person."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.days import latest_day
from accounts.decisions import Refusal
from billing.invoices.models import Document
from billing.invoices.running import asking
from billing.invoices.running.models import BillingRun, BillingWork
from tests.factories import billing, customers, people, runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance():
    client = Client()
    client.force_login(people.finance())
    return client


def read(client, route, *args, **query):
    return client.get(reverse(f"backoffice:{route}", args=args), query).content.decode()


def send(client, route, *args, **given):
    return client.post(reverse(f"backoffice:{route}", args=args), given, follow=True).content.decode()


def test_trial_tells_what_a_run_would_issue_and_writes_nothing(finance):
    billing.subscribed(customers.group(), quantity=2)

    told = read(finance, "run_trial", on="2026-01-01")

    assert "Bill everything due up to 1 Jan 2026" in told
    assert (BillingRun.objects.count(), Document.objects.count()) == (0, 0)


def test_run_that_is_asked_for_is_carried_out_and_told(finance, django_capture_on_commit_callbacks):
    billing.subscribed(customers.group(), quantity=2)

    with django_capture_on_commit_callbacks(execute=True):
        send(finance, "run_beginnings", on="2026-01-01")

    found = BillingRun.objects.get()
    assert (found.begun_by is not None, found.work.get().invoices) == (True, 1)
    assert "Finished" in read(finance, "run", found.pk)
    assert Document.objects.count() == 1


def test_run_with_nothing_due_says_so(finance):
    assert "Nothing is due by that day that was not billed." in send(finance, "run_beginnings", on="2026-01-01")
    assert not BillingRun.objects.exists()


def test_day_to_come_is_refused_by_name(finance):
    billing.subscribed(customers.group())
    late = latest_day(timezone.now()) + timedelta(days=1)

    assert "is still to come" in read(finance, "run_trial", on=late.isoformat())
    assert "is still to come" in send(finance, "run_beginnings", on=late.isoformat())
    assert not BillingRun.objects.exists()


def test_page_shows_what_is_held_and_why_and_issues_it_as_shown(finance):
    work = runs.held()

    told = read(finance, "runs")
    send(finance, "hold_releases", work.pk)
    work.refresh_from_db()

    assert "Covered twice: Desk Pro from 2026-01-01" in told
    assert (work.status, work.invoices) == (BillingWork.Status.RELEASED, 1)
    assert "Somebody decided this already." in send(finance, "hold_discards", work.pk)


def test_every_form_on_the_page_carries_its_token(finance):
    work = runs.held()

    for page in (read(finance, "runs"), read(finance, "run", work.run.pk), read(finance, "run_trial", on="2026-01-01")):
        forms = re.findall(r'<form[^>]*method="post"[^>]*backoffice/runs.*?</form>', page, re.DOTALL)
        assert forms
        assert all('name="csrfmiddlewaretoken"' in form for form in forms)


def test_held_documents_are_discarded(finance):
    work = runs.held()

    assert "Discarded. The next run looks at" in send(finance, "hold_discards", work.pk)
    work.refresh_from_db()
    assert work.status == BillingWork.Status.DISCARDED


def test_supervisor_sees_runs_and_has_no_button_to_decide():
    client, work = Client(), runs.held()
    client.force_login(people.supervisor())

    told = read(client, "runs")

    assert work.payer.name in told
    assert "Issue as shown" not in told


def test_agent_asks_for_no_run():
    with pytest.raises(Refusal):
        asking.ask(actor=people.agent(), on=billing.FIRST_DAY, at=billing.NOON)


def test_trial_of_a_large_book_names_the_command(finance, monkeypatch):
    billing.subscribed(customers.group())
    monkeypatch.setattr("backoffice.runs_shown.MOST_TRIED", 0)

    assert "billing_run --on 2026-01-01 --dry-run" in read(finance, "run_trial", on="2026-01-01")
