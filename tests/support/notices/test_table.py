"""Every kind of activity with a notice has one, and each notice can be written in each language without breaking a header."""

from datetime import UTC, datetime

import pytest

from accounts.timeline.kinds import KINDS
from accounts.timeline.models import Activity
from config import links
from support.notices import letters
from support.notices.table import NOTICES
from tests.factories import customers, people

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOSTILE = "<b>x</b>\r\nBcc: all@evil.example"
FACTS = [
    *("email", "role", "change", "on", "contract", "amount", "due_on", "documents", "reason", "to", "payment", "subject"),
    *("remedy", "ticket", "note", "document", "question", "approver", "method", "who", "customer_number"),
    *("account", "seller", "creditor_id", "mandate", "coupon", "what", "until"),
    *("days", "terms", "hours", "answer", "product", "step", "done", "url", "topic", "count", "mean"),
    *("days", "terms", "hours", "answer"),
    *("changed", "use", "by", "proven_anew"),
    *("why", "tries", "window", "callback", "person", "name", "substitute", "since", "need", "outcome", "words"),
]
TOLD_KINDS = sorted(kind for kind, declared in KINDS.items() if "notice" in declared.readers)


def test_each_kind_that_is_told_has_its_line_and_no_other():
    assert sorted(NOTICES) == TOLD_KINDS


def test_each_button_opens_a_thing_that_the_links_know():
    assert {notice.opens[0] for notice in NOTICES.values()} - {""} <= set(links.PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", TOLD_KINDS)
def test_each_notice_reads_whole_and_keeps_hostile_facts_harmless(kind: str, language: str, settings):
    settings.SITE_URL = "https://accord.example"
    facts = dict.fromkeys(FACTS, HOSTILE)
    activity = Activity(pk=7, kind=kind, at=NOON, about_kind="ticket", about_ref="T-1042", facts=facts)
    activity.customer = customers.group(HOSTILE)

    message = letters.write(NOTICES[kind], activity, people.person(password=None, language=language)).message()
    text, html = (part.get_content() if hasattr(part, "get_content") else part.get_payload(decode=True).decode() for part in
                  message.get_payload())  # fmt: skip

    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].startswith("<activity-7.")
    assert message["Bcc"] is None
    assert len(message["Subject"]) > 5
    assert "https://accord.example" in text
    assert "https://accord.example" in html
    assert "<b>x</b>" not in html
    assert "{{" not in text


def test_a_subject_stays_one_line():
    assert letters.one_line(HOSTILE) == "<b>x</b> Bcc: all@evil.example"
    assert letters.one_line("ä\u2028b") == "ä b"
