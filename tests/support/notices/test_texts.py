"""Texts of notices as managers write them: versions, only known variables, and ours where theirs are not in force."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.timeline import recording
from support.notices import letters, texts
from support.notices.models import NoticeText
from support.notices.table import NOTICES
from support.notices.texts import TextRefused, Written
from tests.factories import people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KIND = "accounts.webhook_disabled"
TEXT = Written("Off: {url}", "Dear {person_name},\n\n{reason}", "Look at {customer_name}")


@pytest.fixture
def manager():
    return people.manager()


def written(manager, text=TEXT, language="en", kind=KIND):
    return texts.write(actor=manager, kind=kind, language=language, text=text, at=NOON)


def letter(person, **facts):
    given = {"url": "https://erp.example", "reason": "Nothing arrived.", "customer_number": "C-1"} | facts
    activity = recording.record(group("Works & <b>Sons</b>"), KIND, actor=None, at=NOON, facts=given)
    return letters.write(NOTICES[KIND], activity, person)


def test_published_text_is_told_in_its_language_and_ours_in_others(manager):
    texts.publish(actor=manager, text=written(manager), at=NOON)

    english = letter(people.person("sam@works.example", name="Sam"))
    german = letter(people.person(language="de"))

    assert english.subject == "Off: https://erp.example"
    assert english.body.startswith("Dear Sam,\n\nNothing arrived.")
    assert not german.subject.startswith("Off:")


def test_text_is_told_only_once_it_is_published_and_no_more_when_withdrawn(manager):
    first, person = written(manager), people.person()
    assert not letter(person).subject.startswith("Off:")
    texts.publish(actor=manager, text=first, at=NOON)
    second = texts.publish(actor=manager, text=written(manager, Written("New {url}", "w", "l")), at=NOON)
    assert letter(person).subject.startswith("New ")

    texts.withdraw(actor=manager, text=second, at=NOON)
    assert letter(person).subject.startswith("Off:")
    texts.withdraw(actor=manager, text=first, at=NOON)

    assert "was switched off" in letter(person).subject


@pytest.mark.parametrize(
    "part",
    [
        "{amount}", "{}", "{url.__class__}", "{url!r}", "{0}", "{settings}", "{url", "url}", "{{url}}", "{ url }", "{url:>99999}",
        "{person_name.password}", "\x00", "", "   ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["subject", "words", "label"])
def test_unknown_variable_and_anything_that_would_run_is_refused(manager, part, where):
    with pytest.raises(TextRefused):
        written(manager, Written(**(vars(TEXT) | {where: part})))
    assert not NoticeText.objects.exists()


def test_subject_of_two_lines_is_refused(manager):
    with pytest.raises(TextRefused):
        written(manager, Written("Off\r\nBcc: all@evil.example", "words", "label"))


@pytest.mark.parametrize(("kind", "language"), [("accounts.signed_in", "en"), ("nothing", "en"), (KIND, "tlh")])
def test_text_for_what_nobody_is_told_or_reads_is_refused(manager, kind, language):
    with pytest.raises(TextRefused):
        written(manager, Written("a", "b", "c"), language=language, kind=kind)


def test_values_are_escaped_and_not_filled_in_again(manager):
    texts.publish(actor=manager, text=written(manager), at=NOON)

    mailed = letter(people.person("x@works.example", name="{reason}"), reason="<script>{url}</script>")
    html = mailed.alternatives[0][0]

    assert "<script>" not in html
    assert "&lt;script&gt;{url}&lt;/script&gt;" in html
    assert "Dear {reason}," in mailed.body


def test_only_managers_write(manager):
    with pytest.raises(TextRefused):
        written(people.supervisor())


@pytest.mark.parametrize("change", [{"words": "other"}, {"subject": "other"}, {"number": 9}])
def test_words_of_a_version_never_change(manager, change):
    text = written(manager)

    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeText.objects.filter(pk=text.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        text.delete()


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_every_notice_can_be_written_with_all_its_variables_and_previewed(manager, kind):
    names = texts.variables_of(kind)
    text = written(manager, Written("s", " ".join(f"{{{name}}}" for name in names), "l"), kind=kind)

    assert "{" not in texts.preview(text).words


def test_manager_writes_previews_tests_and_publishes_in_the_administration(manager):
    client, page = Client(), reverse("admin:support_noticetext_changelist")
    client.force_login(manager)
    given = {"kind": KIND, "language": "en", "subject": "Off: {url}", "words": "{reason}", "label": "Look"}

    refused = client.post(reverse("admin:support_noticetext_add"), given | {"words": "{amount}"})
    client.post(reverse("admin:support_noticetext_add"), given)
    text = NoticeText.objects.get()
    shown = client.get(reverse("admin:support_noticetext_change", args=[text.pk])).content.decode()
    for action in ("send_to_me", "publish"):
        client.post(page, {"action": action, "_selected_action": [text.pk]})

    assert "There is no variable {amount} here" in refused.content.decode()
    assert "Off: [url]" in shown
    assert [(message.subject, message.to) for message in mail.outbox] == [("[Test] Off: [url]", [letters._address(manager)])]
    assert NoticeText.objects.get().published_at is not None
