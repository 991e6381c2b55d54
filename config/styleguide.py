"""The living style guide: every component in every state, for development and tests only."""

from datetime import UTC, date, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people.routes import PUBLIC, declares
from billing.money import Money
from window import formats

MORNING = datetime(2026, 2, 1, 8, 5, tzinfo=UTC)
COLUMNS = [
    {"label": _("Invoice"), "sort": "number"},
    {"label": _("Customer")},
    {"label": _("Due"), "sort": "due_on"},
    {"label": _("State")},
    {"label": _("Open"), "sort": "open", "align": "end"},
]
INVOICES = [
    ("INV-2026-0412", "Helios Germany", "Berlin", date(2026, 1, 14), "overdue", 12_000),
    ("INV-2026-0388", "Helios Germany", "Berlin / Lab", date(2026, 2, 14), "part_paid", 128_450),
    ("INV-2026-0377", "Helios Europe", "Lyon", date(2026, 2, 28), "open", 1_204_900),
    ("CN-2026-0031", "Helios Germany", "Berlin", date(2026, 1, 30), "credited", -12_000),
]
MONTHS = ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"]
SPEND = [118_200, 121_900, 121_900, 134_500, 141_000, 139_800, 152_300, 149_900, 163_000, 158_700, 171_200, 168_450]
STATUSES = [
    "draft",
    "open",
    "part_paid",
    "paid",
    "overdue",
    "disputed",
    "awaiting_approval",
    "scheduled",
    "escalated",
    "resolved",
    "unknown",
]
ICONS = """
home contract invoice payment usage organisation building people person help search bell settings sign-out chat mail phone reply
note attach clock calendar check close plus minus edit trash download upload copy external eye filter sort refresh undo pause
play live info good warning bad neutral lock key shield device globe sun moon auto more menu queue finance approve knowledge
measures billing-desk policy remedy praise flag tag idea keyboard trend-up trend-down trend-flat arrow-up arrow-down arrow-right
chevron-left chevron-right chevron-down
"""


class SampleForm(forms.Form):
    """One field of each kind."""

    seats = forms.IntegerField(label=_("Seats"), min_value=1, help_text=_("You have 12 now; 3 are free."))
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    plan = forms.ChoiceField(label=_("Plan"), choices=[("team", "Team"), ("business", "Business")])
    billing = forms.ChoiceField(
        label=_("Billed"), widget=forms.RadioSelect, choices=[("month", _("every month")), ("year", _("once a year, 10 % less"))]
    )
    reference = forms.CharField(label=_("Your order number"), required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label=_("I may order this for Helios Germany"), help_text=_("Your limit is 500.00 EUR a month."))


def euros(minor: int) -> Money:
    """Return an amount for the samples."""
    return Money(minor, "EUR")


@declares(PUBLIC)
def page(request: HttpRequest) -> HttpResponse:
    """Show everything on one page; `?window=portal` and `?window=backoffice` show the frames around it."""
    window = request.GET.get("window", "")
    template = {"portal": "styleguide/portal.html", "backoffice": "styleguide/backoffice.html"}.get(window, "styleguide.html")
    return render(request, template, {**_frame(window), **_samples()})


PLACES = {
    "portal": ["home", "contract", "invoice", "help", "payment", "organisation"],
    "backoffice": ["queue", "organisation", "billing-desk", "finance", "approve", "knowledge", "measures"],
}


def _frame(window: str) -> dict:
    """Return what a window's context processor would give."""
    ours = window == "backoffice"
    return {
        "navigation": [_place(icon, here="queue" if ours else "invoice") for icon in PLACES["backoffice" if ours else "portal"]],
        "node": {"label": "Helios Germany", "kind": _("Legal entity")},
        "switcher_url": "#switcher",
        "search_url": "#search",
        "palette_url": "#palette",
        "help_url": "#help",
        "bell": {"url": "#bell", "count": 2},
        "demo_mailbox_url": "#mailbox",
        "person": _person(ours=ours),
        "person_menu": [
            {"label": _("Security"), "url": "#security", "icon": "shield"},
            {"label": _("Notifications"), "url": "#notices", "icon": "bell"},
        ],
        "path": [
            {"label": "Helios Group", "url": "#g"},
            {"label": "Helios Europe", "url": "#e"},
            {"label": "Helios Germany", "url": ""},
        ],
    }


def _place(icon: str, here: str) -> dict:
    label = icon.replace("-", " ").capitalize()
    current = icon == here
    return {
        "label": label,
        "icon": icon,
        "url": f"#{icon}",
        "current": current,
        "count": 3 if current else 0,
        "key": f"g {icon[0]}",
    }


def _person(*, ours: bool) -> dict:
    return {
        "name": "Billing agent",
        "email": "agent@accord.example" if ours else "admin@helios.example",
        "role": _("Agent, certified") if ours else _("Group administrator"),
        "authority": _("Level 2 · up to 250.00 EUR") if ours else "",
    }


def _samples() -> dict:
    return {
        "amount": euros(124_000),
        "negative": euros(-12_000),
        "yen": Money(1_240_000, "JPY"),
        "dinar": Money(1_240_500, "KWD"),
        "at": MORNING,
        "just_now": timezone.now(),
        "statuses": STATUSES,
        "icons": ICONS,
        "columns": COLUMNS,
        "invoices": [
            {"ref": ref, "customer": customer, "node": node, "due_on": due, "status": status, "open": euros(minor)}
            for ref, customer, node, due, status, minor in INVOICES
        ],
        "form": SampleForm(initial={"seats": 12, "plan": "team", "billing": "month"}),
        "faulty": SampleForm({"seats": "0", "plan": "team"}, prefix="faulty", initial={}),
        "spend": _spend(),
        "nothing": [],
        "facts": _facts(),
        "changes": [
            {"label": _("Seats"), "before": "12", "after": "16"},
            {"label": _("Plan"), "before": "Team", "after": "Team"},
            {"label": _("Each month"), "before": euros(37_200), "after": euros(49_600)},
        ],
        "steps": [_("What"), _("When"), _("See the price"), _("Confirm")],
        "tree": _tree(),
        "options": [
            {"label": "Helios Germany", "url": "#1", "path": "Helios Group / Helios Europe", "kind": _("Legal entity")},
            {"label": "Berlin", "url": "#2", "path": "Helios Group / Helios Europe / Helios Germany", "kind": _("Site")},
        ],
    }


def _spend() -> list[dict]:
    return [
        {"label": month, "value": value, "text": formats.amount(value, "EUR")} for month, value in zip(MONTHS, SPEND, strict=True)
    ]


def _facts() -> list[dict]:
    return [
        {"term": _("Contract"), "value": "C-1042", "url": "#contract"},
        {"term": _("Plan"), "value": "Team", "note": _("since 1 Feb 2024")},
        {"term": _("Each month"), "value": euros(37_200)},
        {"term": _("Ends"), "value": _("runs on until cancelled")},
    ]


def _tree() -> list[dict]:
    lab = {"label": "Lab", "url": "#lab", "kind": _("Cost centre"), "amount": euros(0)}
    berlin = {
        "label": "Berlin",
        "url": "#berlin",
        "kind": _("Site"),
        "amount": euros(12_000),
        "note": _("with everything below"),
        "children": [lab],
        "open": True,
    }
    germany = {
        "label": "Helios Germany",
        "url": "#germany",
        "kind": _("Legal entity"),
        "amount": euros(140_450),
        "current": True,
        "children": [berlin],
        "open": True,
    }
    europe = {
        "label": "Helios Europe",
        "url": "#europe",
        "kind": _("Division"),
        "amount": euros(1_345_350),
        "children": [germany],
        "open": True,
    }
    america = {
        "label": "Helios US",
        "url": "#us",
        "kind": _("Legal entity"),
        "amount": Money(88_000, "USD"),
        "children_url": "#below",
    }
    return [{"label": "Helios Group", "url": "#group", "kind": _("Group"), "children": [europe, america], "open": True}]
