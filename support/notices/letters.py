"""Letters: a notice written for one person, in their language, as text and as HTML.

One template holds subject, words and the label of the button; the three layouts beside it (subject.txt, base.txt, base.html)
print what they need of it.
"""

from email.headerregistry import Address
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.people.models import User
from accounts.timeline.models import Activity
from support.channels import addresses
from support.channels.models import IncomingMail
from support.notices.table import Notice
from support.tickets.models import Message
from support.voice import satisfaction
from support.voice.models import Praise, Survey

LONGEST_SUBJECT: Final = 150
LAYOUTS: Final = {"subject": "notices/subject.txt", "text": "notices/base.txt", "html": "notices/base.html"}


def write(notice: Notice, activity: Activity, person: User) -> EmailMultiAlternatives:
    """Return the mail that tells `person` of `activity`, ready to send."""
    languages = dict(settings.LANGUAGES)
    with translation.override(person.language if person.language in languages else settings.LANGUAGE_CODE):
        parts = _rendered(notice, _context(notice, activity, person))
    mail = EmailMultiAlternatives(
        subject=one_line(parts["subject"])[:LONGEST_SUBJECT],
        body=parts["text"].strip() + "\n",
        to=[_address(person)],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": message_id(activity, person)},
    )
    mail.attach_alternative(parts["html"], "text/html")
    return _threaded(mail, activity, person)


def message_id(activity: Activity, person: User) -> str:
    """Return the same Message-ID every time, so that a mail sent twice after a fault is shown once by the reader's program."""
    thread = addresses.signed(_thread(activity, person)) if activity.about_kind == "ticket" else f"to-{person.pk}"
    return f"<activity-{activity.pk}.{thread}@{addresses.domain()}>"


def one_line(text: str) -> str:
    """Return text fit for a header: one line, without anything that could begin another header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def link(kind: str, ref: str) -> str:
    """Return the address under which a thing is found, whichever window the reader works in."""
    return f"{settings.SITE_URL}/to/{kind}/{ref or 'all'}/"


def _rendered(notice: Notice, context: dict[str, Any]) -> dict[str, str]:
    template = f"notices/{notice.template}.html"
    return {part: render_to_string(template, context | {"layout": layout}) for part, layout in LAYOUTS.items()}


def _context(notice: Notice, activity: Activity, person: User) -> dict[str, Any]:
    kind, fact = notice.opens
    facts: dict[str, Any] = activity.facts
    return facts | {
        "ref": activity.about_ref,
        "customer": activity.customer,
        "actor": activity.actor,
        "person": person,
        "is_ours": hasattr(person, "staff_profile"),
        "quote": _quote(activity),
        "choices": _choices(activity),
        "site_url": settings.SITE_URL,
        "action_url": link(kind, str(activity.facts[fact]) if fact else activity.about_ref) if kind else f"{settings.SITE_URL}/",
    }


def _quote(activity: Activity) -> str:
    """Return the words somebody wrote, where the activity is about words; never an internal note."""
    if "praise" in activity.facts:
        return Praise.objects.get(pk=activity.facts["praise"]).words
    if "message" in activity.facts:
        return Message.objects.get(pk=activity.facts["message"], internal=False).text
    return ""


def _choices(activity: Activity) -> list[dict[str, object]]:
    """Return the answers that one click gives, where the activity asks how it went."""
    if activity.kind != "support.satisfaction_asked" or "survey" not in activity.facts:
        return []
    token = satisfaction.token_of(Survey(pk=activity.facts["survey"]))
    address = f"{settings.SITE_URL}/how-it-went/{token}/?score="
    return [{"label": label, "url": f"{address}{score}"} for score, label in satisfaction.SCORES.items()]


def _threaded(mail: EmailMultiAlternatives, activity: Activity, person: User) -> EmailMultiAlternatives:
    """Let mail programs show a ticket as one conversation, and let an answer find the way back to it."""
    if activity.about_kind == "ticket":
        mail.reply_to = [addresses.reply_to(_thread(activity, person))]
        thread, answered = f"<{activity.about_ref.lower()}@{addresses.domain()}>", _latest_from(person, activity.about_ref)
        mail.extra_headers["References"] = f"{thread} {answered}".strip()
        mail.extra_headers["In-Reply-To"] = answered or thread
    return mail


def _latest_from(person: User, ref: str) -> str:
    """Return the Message-ID of the last mail this person wrote to the ticket; nothing where they wrote elsewhere."""
    mails = IncomingMail.objects.filter(ticket__ref=ref, sender__iexact=person.email).exclude(rfc_id="")
    return one_line(mails.order_by("-pk").values_list("rfc_id", flat=True).first() or "")


def _thread(activity: Activity, person: User) -> addresses.Thread:
    return addresses.Thread(activity.about_ref, person.pk)


def _address(person: User) -> str:
    local, _, host = person.email.rpartition("@")
    return str(Address(one_line(person.name), local, host))
