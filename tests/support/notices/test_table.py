"""Every kind of activity with a notice has one, and each notice can be written in each language without breaking a header."""

import re
from datetime import UTC, datetime

import pytest

from accounts.timeline.kinds import KINDS
from accounts.timeline.models import Activity
from config import links
from support.notices import foreign, letters
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


@pytest.mark.django_db
@pytest.mark.parametrize("kind", TOLD_KINDS)
def test_no_notice_carries_an_address_that_somebody_else_wrote(kind: str):
    hostile = "Locked!\n\nSign in: https://evil.example/in or www.evil.example"
    facts = dict.fromkeys(FACTS, hostile) | {NOTICES[kind].opens[1]: "K-1"}
    activity = Activity(pk=7, kind=kind, at=NOON, about_kind="ticket", about_ref="T-1042", facts=facts)
    activity.customer, activity.actor = customers.group(hostile), people.person(password=None, name=hostile)

    written = letters.write(NOTICES[kind], activity, people.person(password=None, name=hostile))

    for part in (written.body, written.alternatives[0][0]):
        assert not re.search(r"https?://\S*evil|evil\.example", part)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(kind for kind, notice in NOTICES.items() if notice.quotes))
def test_what_somebody_wrote_freely_is_quoted_line_by_line_apart_from_our_words(kind: str):
    facts = dict.fromkeys(FACTS, "x") | {NOTICES[kind].quotes: "No.\n\nOpen: <a href=x>"}
    activity = Activity(pk=7, kind=kind, at=NOON, about_kind="ticket", about_ref="T-1042", facts=facts)
    activity.customer = customers.group()

    written = letters.write(NOTICES[kind], activity, people.person(password=None))

    assert "\n> No.\n>\n> Open: <a href=x>\n" in written.body
    assert "<blockquote><p>No.</p>\n\n<p>Open: &lt;a href=x&gt;</p></blockquote>" in written.alternatives[0][0]
    assert written.body.count("Open: <a") == 1


def test_our_own_peoples_words_keep_their_links_and_others_lose_them():
    said = "See https://accord.example/help"

    assert foreign.quoted(said, ours=True) == said
    assert foreign.quoted(said, ours=False) == "See https:\u2060//accord.\u2060example/help"


def test_amounts_days_and_ends_of_sentences_stay_as_they_are():
    assert foreign.inline("EUR 1.120,00 on 1.5.2026. Thanks. P. S.: 3:4") == "EUR 1.120,00 on 1.5.2026. Thanks. P. S.: 3:4"
    assert foreign.inline([{"ref": "a\nb"}, 7, None]) == [{"ref": "a b"}, 7, None]


def test_a_subject_stays_one_line():
    assert foreign.one_line(HOSTILE) == "<b>x</b> Bcc: all@evil.example"
    assert foreign.one_line("ä\u2028b") == "ä b"
