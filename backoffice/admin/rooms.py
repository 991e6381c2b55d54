"""The rooms of the administration: pages that belong together stand together, by what managers do, not by where code lies.

A page that is registered stands in exactly one room; a test says so. The menu shows the rooms, and so does the dashboard.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Room:
    """Pages under one title: their models as app.model, what one does there in a sentence, and a Material symbol."""

    title: Promise
    meaning: Promise
    symbol: str
    models: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page of a room: its name and address, and the address at which its first row is written, if it may be."""

    title: str
    url: str
    add_url: str


ROOMS: Final = (
    Room(
        _("Policy"),
        _("What the house promises and allows: written, tried on the past, published by a second person."),
        "gavel",
        ("accounts.policy", "accounts.policyversion", "accounts.policybinding", "accounts.policyexception",
         "accounts.acknowledgement", "accounts.firing"),
    ),
    Room(
        _("Strategy"),
        _("Why we do what we do, in twelve parts, and what we learned."),
        "explore",
        ("support.strategyentry", "support.strategyedition", "support.lesson"),
    ),
    Room(
        _("Authority"),
        _("Who may give how much without asking, from which budget, and what may be refused for which reason."),
        "verified_user",
        ("support.authoritygrant", "support.allowance", "support.goodwillbudget", "support.ledgermapping",
         "support.declinereason", "support.substitute"),
    ),
    Room(
        _("Catalogue"),
        _("What is sold, in which versions, at which prices and with which offers."),
        "sell",
        ("billing.product", "billing.plan", "billing.planversion", "billing.pricelist", "billing.meter",
         "billing.coupon", "billing.redemption", "support.offer",
         "billing.provisioningstep", "billing.legalentity", "billing.taxrate"),
    ),
    Room(
        _("Customers"),
        _("The tree and who answers for what in it; segments, key accounts and special terms."),
        "account_tree",
        ("accounts.customer", "accounts.customerkind", "accounts.segment", "accounts.segmentmembership", "accounts.keyaccount",
         "accounts.condition", "accounts.stagerule", "accounts.stageexit", "accounts.stageentry", "accounts.stagetask",
         "accounts.responsibility", "accounts.address", "accounts.relation",
         "accounts.relationkind", "accounts.sharedticket"),
    ),
    Room(
        _("Changes to the tree"),
        _("Merges, splits, moves and hand-overs: asked for by one, decided by another, undone as a whole."),
        "move_down",
        ("accounts.changerequest", "accounts.merge", "accounts.split", "accounts.handover", "accounts.candidate"),
    ),
    Room(
        _("Sources of data"),
        _("Which systems tell us facts, whose word is believed, and imports that were held back."),
        "database",
        ("accounts.rulesetting", "accounts.sourcesystem", "accounts.survivorshiprule",
         "accounts.sourcerecord", "accounts.stagedimport"),
    ),
    Room(
        _("People and sign-in"),
        _("Our own people and the customers', how they come in, and who looked with whose eyes."),
        "group",
        ("accounts.staffprofile", "accounts.membership", "accounts.user", "accounts.signinprovider", "accounts.maildomain",
         "accounts.namedadministrator", "accounts.identity", "accounts.viewing", "accounts.erasure"),
    ),
    Room(
        _("Service"),
        _("Targets, calendars and escalation; how known problems are put right, and what our mails say."),
        "support_agent",
        ("support.servicetarget", "support.servicecalendar", "support.ladderstep", "support.playbook", "support.practicerun",
         "support.skillneed", "support.skillheld", "support.ticketfield", "support.tag",
         "support.macro", "support.savedview", "support.topic", "support.noticetext", "support.issuedefinition"),
    ),
    Room(
        _("Knowledge"),
        _("What customers find before they need to ask."),
        "menu_book",
        ("support.article", "support.articleversion", "support.articlequestion", "support.deflection"),
    ),
    Room(
        _("Collecting"),
        _("The ladder for what is overdue, and where it rests."),
        "payments",
        ("billing.dunningstep", "billing.steptaken", "billing.dunningpause", "billing.paymentplan", "billing.dispute"),
    ),
    Room(
        _("Books"),
        _("What was agreed, billed and paid. To look at: books are never edited."),
        "menu_book",
        ("billing.contract", "billing.subscription", "billing.orderapproval", "billing.creditorder", "billing.document",
         "billing.payment", "billing.entry", "billing.finding", "billing.numberseries"),
    ),
    Room(
        _("Records of service"),
        _("What was asked, given, refused and promised. To look at."),
        "history",
        ("support.ticket", "support.grant", "support.decline", "support.promise", "support.steptaken",
         "support.accountescalation", "support.chat", "support.callback", "support.presence", "support.bulk", "support.survey",
         "support.offeranswer", "support.lead", "support.told", "support.incomingmail", "accounts.activity"),
    ),
    Room(
        _("Programs"),
        _("Keys and webhooks of customers' programs, and what was sent."),
        "api",
        ("accounts.apikey", "accounts.webhookendpoint", "accounts.webhookmessage", "billing.stripeevent"),
    ),
)  # fmt: skip


def pages(room: Room, request: HttpRequest) -> list[Page]:
    """Return the pages of a room that the visitor may see, in the room's order."""
    named = [(model, admin.site.get_model_admin(model)) for model in map(apps.get_model, room.models)]
    return [_page(model, shown.has_add_permission(request)) for model, shown in named if shown.has_view_permission(request)]


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu as its package takes it: the dashboard, then a group for each room with a page for the visitor."""
    home = {"items": [{"title": _("Dashboard"), "link": reverse("admin:index"), "icon": "dashboard"}]}
    groups = ({"title": room.title, "collapsible": True, "items": _links(room, request)} for room in ROOMS)
    return [home, *(group for group in groups if group["items"])]


def _links(room: Room, request: HttpRequest) -> list[dict[str, Any]]:
    return [{"title": page.title, "link": page.url} for page in pages(room, request)]


def _page(model: Any, may_add: bool) -> Page:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    return Page(
        capfirst(model._meta.verbose_name_plural), reverse(f"{name}_changelist"), reverse(f"{name}_add") if may_add else ""
    )
