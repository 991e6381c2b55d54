"""Texts: notices as managers write them, in each language, in versions; where none is in force, the text we ship.

A text is plain words with variables in braces, such as {amount}. The variables of a kind are the facts its activities always
have, and a few more for every kind; anything else is refused when the text is written, so no notice ever lacks a word. Nothing in
a text is run: a variable is a name and its value is put in as it is, escaped like all words in HTML.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.kinds import KINDS
from accounts.timeline.models import Activity
from support.notices import foreign
from support.notices.models import NoticeText

ALWAYS: Final = ("customer_name", "person_name", "ref")
BRACES: Final = re.compile(r"\{([^{}]*)\}")
LONGEST: Final = {"subject": 150, "words": 4_000, "label": 60}
# What stands in a preview for each variable.
SAMPLES: Final = {
    "customer_name": "Sample Works", "person_name": "Sam Sample", "ref": "INV-1042", "amount": "EUR 120.00",
    "due_on": "2026-05-01", "on": "2026-05-01", "until": "2027-05-01", "contract": "K-1001", "subject": "Billed twice",
    "email": "sam@sample.example", "role": "Member", "document": "INV-1042", "payment": "PAY-77", "ticket": "T-1042",
    "remedy": "Goodwill credit",
}  # fmt: skip


class TextRefused(Refusal):
    """A text is complete, of a kind that is told, and uses only the variables of its kind."""

    code = "text_refused"


@dataclass(frozen=True)
class Written:
    """A text with its variables filled in, or before that."""

    subject: str
    words: str
    label: str


def variables_of(kind: str) -> list[str]:
    """Return the names a text for this kind of activity may use."""
    return sorted({*ALWAYS, *KINDS[kind].facts})


def write(*, actor: User, kind: str, language: str, text: Written, at: datetime) -> NoticeText:
    """Write the next version of the text for a kind in a language; it is told only after `publish`.

    Raises:
        TextRefused: the actor does not steer, a part is missing or too long, or a variable does not exist.
    """
    _manager_or_refuse(actor)
    _sensible_or_refuse(kind, language, text)
    with transaction.atomic():
        earlier = NoticeText.objects.select_for_update().filter(kind=kind, language=language).order_by("-number").first()
        return NoticeText.objects.create(
            kind=kind, language=language, number=earlier.number + 1 if earlier else 1, subject=text.subject.strip(),
            words=text.words.strip(), label=text.label.strip(), written_by=actor, written_at=at,
        )  # fmt: skip


def publish(*, actor: User, text: NoticeText, at: datetime) -> NoticeText:
    """Let a version be told from now on, in place of earlier ones. Repeating it changes nothing.

    Raises:
        TextRefused: the actor does not steer, or the version was withdrawn.
    """
    _manager_or_refuse(actor)
    with transaction.atomic():
        text = NoticeText.objects.select_for_update().get(pk=text.pk)
        if text.withdrawn_at:
            raise TextRefused(_("This version was withdrawn. Write it anew."))
        if text.published_at is None:
            _sensible_or_refuse(text.kind, text.language, Written(text.subject, text.words, text.label))
            text.published_at = at
            text.save(update_fields=["published_at"])
            _record(text, "support.notice_text_published", actor, at)
    return text


def withdraw(*, actor: User, text: NoticeText, at: datetime) -> NoticeText:
    """Tell a version no more: the one before is told again, in the end the text we ship. Repeating it changes nothing.

    Raises:
        TextRefused: the actor does not steer.
    """
    _manager_or_refuse(actor)
    with transaction.atomic():
        text = NoticeText.objects.select_for_update().get(pk=text.pk)
        if text.withdrawn_at is None:
            text.withdrawn_at = at
            text.save(update_fields=["withdrawn_at"])
            _record(text, "support.notice_text_withdrawn", actor, at)
    return text


def in_force(kind: str, language: str) -> NoticeText | None:
    """Return the version that is told, or None where the text we ship is."""
    told = NoticeText.objects.filter(kind=kind, language=language, published_at__isnull=False, withdrawn_at=None)
    return told.order_by("-number").first()


def filled(text: NoticeText, activity: Activity, person: User) -> Written:
    """Return a text as `person` reads it of `activity`."""
    always = {
        "customer_name": activity.customer.name if activity.customer else "",
        "person_name": str(person),
        "ref": activity.about_ref,
    }
    values = foreign.inline({**activity.facts, **always})
    return Written(*(_filled(part, values) for part in (text.subject, text.words, text.label)))


def preview(text: NoticeText) -> Written:
    """Return a text with sample values."""
    values = {name: SAMPLES.get(name, f"[{name}]") for name in variables_of(text.kind)}
    return Written(*(_filled(part, values) for part in (text.subject, text.words, text.label)))


def sample_activity(text: NoticeText, at: datetime) -> Activity:
    """Return an activity of the text's kind with sample facts; it is not kept."""
    facts = {name: SAMPLES.get(name, f"[{name}]") for name in KINDS[text.kind].facts}
    activity = Activity(pk=0, kind=text.kind, at=at, about_ref=SAMPLES["ref"], facts=facts)
    activity.customer = Customer(name=SAMPLES["customer_name"])
    return activity


def _filled(part: str, values: Mapping[str, object]) -> str:
    return BRACES.sub(lambda found: str(values.get(found.group(1), "")), part)


def _sensible_or_refuse(kind: str, language: str, text: Written) -> None:
    if kind not in KINDS or "notice" not in KINDS[kind].readers:
        raise TextRefused(_("Nobody gets a notice of this kind."))
    if language not in dict(settings.LANGUAGES):
        raise TextRefused(_("Write it in a language that is offered."))
    for name, longest in LONGEST.items():
        part = getattr(text, name)
        if not part.strip() or len(part) > longest:
            raise TextRefused(_("Subject, words and label of the button are all needed, none too long."))
        if "\x00" in part or (name != "words" and not part.strip().isprintable()):
            raise TextRefused(_("Subject and label are one line each."))
        _variables_or_refuse(kind, part)


def _variables_or_refuse(kind: str, part: str) -> None:
    known = variables_of(kind)
    unknown = [name for name in BRACES.findall(part) if name not in known]
    if unknown:
        raise TextRefused(
            _("There is no variable {{{name}}} here; there are {known}.").format(name=unknown[0][:40], known=", ".join(known))
        )
    if set(BRACES.sub("", part)) & {"{", "}"}:
        raise TextRefused(_("A brace stands alone. Variables are written like {{{name}}}.").format(name=known[0]))


def _manager_or_refuse(actor: User) -> None:
    if not access.may_anywhere(actor, access.STEER):
        raise TextRefused(_("Only managers write the texts of notices."))


def _record(text: NoticeText, kind: str, actor: User, at: datetime) -> None:
    recording.record(None, kind, actor=actor, at=at, about=text, facts={"text": str(text)}, internal=True)


def trial(*, actor: User, text: NoticeText, mail: EmailMultiAlternatives) -> None:
    """Send `actor` the mail that a text makes of sample values.

    Raises:
        TextRefused: the actor does not steer.
        OSError: the mail server did not take it.
    """
    _manager_or_refuse(actor)
    mail.subject = f"[{_('Test')}] {mail.subject}"
    mail.extra_headers.pop("Message-ID", None)  # each test is a mail of its own
    mail.send()
