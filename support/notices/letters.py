"""Letters: a notice written for one person, in their language, as text and as HTML.

One template holds subject, words and the label of the button; the three layouts beside it (subject.txt, base.txt, base.html)
print what they need of it.
"""

from email.headerregistry import Address
from typing import Any, Final
from urllib.parse import quote as url_quoted

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts import writing
from accounts.people import access
from accounts.people.models import User
from accounts.timeline.models import Activity
from support.channels import addresses
from support.channels.models import IncomingMail
from support.notices import foreign, groups, preferences, table, texts
from support.notices.foreign import one_line
from support.notices.models import NoticeText, Way
from support.notices.table import Notice
from support.tickets import behalf
from support.tickets.models import Message
from support.voice import satisfaction
from support.voice.models import Praise, Survey

LONGEST_SUBJECT: Final = 150
LAYOUTS: Final = {"subject": "notices/subject.txt", "text": "notices/base.txt", "html": "notices/base.html"}


def write(notice: Notice, activity: Activity, person: User, *, text: NoticeText | None = None) -> EmailMultiAlternatives:
    """Return the mail that tells `person` of `activity`, ready to send; in the words of `text`, else those in force."""
    with translation.override(text.language if text else _language(person)):
        parts = _rendered(*_worded(notice, activity, person, text))
    mail = EmailMultiAlternatives(
        subject=foreign.header(parts["subject"])[:LONGEST_SUBJECT],
        body=parts["text"].strip() + "\n",
        to=[_address(person)],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": message_id(activity, person)},
    )
    mail.attach_alternative(parts["html"], "text/html")
    _offer_an_end(mail, person, notice.group)
    return _threaded(mail, activity, person)


def digest(person: User, activities: list[Activity], way: str) -> EmailMultiAlternatives:
    """Return the mail that tells `person` of several activities in one, ready to send."""
    with translation.override(_language(person)):
        entries = [entry(activity, person) for activity in activities]
        context = {"person": person, "entries": entries, "weekly": way == Way.WEEKLY, "site_url": settings.SITE_URL}
        more = {"is_ours": hasattr(person, "staff_profile"), "action_url": f"{settings.SITE_URL}/", "customer": None}
        parts = _rendered("digest", context | more)
    first, last = activities[0].pk, activities[-1].pk
    mail = EmailMultiAlternatives(
        subject=foreign.header(parts["subject"])[:LONGEST_SUBJECT],
        body=parts["text"].strip() + "\n",
        to=[_address(person)],
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": f"<digest-{way}-{first}-{last}.to-{person.pk}@{addresses.domain()}>",
        },
    )
    mail.attach_alternative(parts["html"], "text/html")
    groups_told = {table.NOTICES[activity.kind].group for activity in activities}
    if len(groups_told) == 1:
        _offer_an_end(mail, person, groups_told.pop())
    return mail


def entry(activity: Activity, person: User) -> dict[str, str]:
    """Return one line of a digest: the subject its own mail would have had, the customer, and where to look."""
    notice = table.NOTICES[activity.kind]
    template, context = _worded(notice, activity, person)
    subject = render_to_string(f"notices/{template}.html", context | {"layout": LAYOUTS["subject"]})
    return {
        "subject": one_line(subject),
        "url": context["action_url"],
        "customer": foreign.inline(activity.customer.name) if activity.customer else "",
    }


def _worded(
    notice: Notice, activity: Activity, person: User, text: NoticeText | None = None
) -> tuple[str, dict[str, Any]]:  # fmt: skip
    """Return template and context of a notice: what managers wrote for it, else what we ship."""
    context = _context(notice, activity, person)
    text = text or texts.in_force(activity.kind, _language(person))
    if text is None:
        return notice.template, context
    return "written", context | {"written": texts.filled(text, activity, person)}


def _offer_an_end(mail: EmailMultiAlternatives, person: User, group: str) -> None:
    """Let the reader's program end mails of this kind with one click (RFC 8058), unless they must be told or are our work."""
    if end_url(person, group):
        mail.extra_headers["List-Unsubscribe"] = f"<{end_url(person, group)}>"
        mail.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def end_url(person: User, group: str) -> str:
    """Return the address at which mails of a group end without signing in; empty for what must be told and for our own work."""
    if groups.GROUPS[group].always or groups.GROUPS[group].ours:
        return ""
    return f"{settings.SITE_URL}/no-more-mails/{preferences.token_of(person, group)}/"


def _language(person: User) -> str:
    return person.language if person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def message_id(activity: Activity, person: User) -> str:
    """Return the same Message-ID every time, so that a mail sent twice after a fault is shown once by the reader's program."""
    thread = addresses.signed(_thread(activity, person)) if activity.about_kind == "ticket" else f"to-{person.pk}"
    return f"<activity-{activity.pk}.{thread}@{addresses.domain()}>"


def link(kind: str, ref: str) -> str:
    """Return the address under which a thing is found, whichever window the reader works in."""
    return f"{settings.SITE_URL}/to/{kind}/{url_quoted(ref or 'all', safe='')}/"


def leads_to(notice: Notice, activity: Activity) -> str:
    """Return the address of what a notice is about."""
    kind, fact = notice.opens
    if not kind:
        return f"{settings.SITE_URL}/"
    return link(kind, str(activity.facts.get(fact, "")) if fact else activity.about_ref)


def _rendered(template: str, context: dict[str, Any]) -> dict[str, str]:
    return {part: render_to_string(f"notices/{template}.html", context | {"layout": layout}) for part, layout in LAYOUTS.items()}


def _context(notice: Notice, activity: Activity, person: User) -> dict[str, Any]:
    facts = {name: writing.of_fact(fact) for name, fact in activity.facts.items()}
    quote = _quote(notice, activity, person)
    return {name: foreign.inline(fact) for name, fact in facts.items() if name != notice.quotes} | {
        "ref": activity.about_ref,
        "customer": {"name": foreign.inline(activity.customer.name)} if activity.customer else None,
        "actor": foreign.inline(str(activity.actor)) if activity.actor else None,
        "is_ours": hasattr(person, "staff_profile"),
        "is_about_them": activity.facts.get("to") == str(person),
        "quote": quote,
        "quote_lines": foreign.as_quotation(quote),
        "choices": _choices(activity),
        "site_url": settings.SITE_URL,
        "end_url": end_url(person, notice.group),
        "action_url": leads_to(notice, activity),
    }


def _quote(notice: Notice, activity: Activity, person: User) -> str:
    """Return the words somebody wrote, as far as `person` may read them; never an internal note."""
    wrote_it = activity.actor is not None and activity.actor == person
    ours = wrote_it or (activity.actor is not None and hasattr(activity.actor, "staff_profile"))
    said = str(activity.facts.get(notice.quotes, "")) if notice.quotes else _words_of(activity, person)
    return foreign.quoted(said, ours=ours)


def _words_of(activity: Activity, person: User) -> str:
    if "praise" in activity.facts:
        return Praise.objects.get(pk=activity.facts["praise"]).words
    if said := activity.facts.get("said"):
        reach = access.customers_within_reach(person)
        words = Message.objects.filter(pk__in=said, internal=False, from_staff=True, ticket__customer__in=reach).order_by("pk")
        return "\n\n".join(words.values_list("text", flat=True))
    if "message" in activity.facts and not activity.internal:
        said = Message.objects.select_related("ticket__customer").get(pk=activity.facts["message"], internal=False)
        return behalf.words_for(person, said)
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
