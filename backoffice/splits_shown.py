"""Splits as staff see them: what could go along, what that would change, and what became of what was asked for."""

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Decision, refused
from accounts.people import access
from accounts.people.models import User
from accounts.quality import split_parts, splitting
from accounts.quality.split_models import Split
from backoffice import overview
from backoffice.forms.splits import SplitForm

EARLIER: Final = 10


def asking(node: Customer, form: SplitForm, *, chosen: bool) -> dict[str, Any]:
    """Return what the page shows that asks for a split: the form, and the preview of what was chosen."""
    preview = None
    if chosen and form.is_valid():
        preview = splitting.preview(node, form.cleaned_data["name"], form.parts, on=form.cleaned_data["day"])
    return {
        "node": node,
        "path": overview.path_to(node),
        "form": form,
        "preview": preview,
        "sections": sections(preview.effects) if preview else [],
        "earlier": splitting.all_of().filter(customer=node).order_by("-pk")[:EARLIER],
    }


def of(split: Split, viewer: User) -> dict[str, Any]:
    """Return what the page of one split shows."""
    return {
        "split": split,
        "sections": sections(split.effects),
        "may_decide": splitting.may_decide(viewer, split),
        "may_withdraw": _may(viewer, access.TEND_DATA),
        "may_undo": _may(viewer, access.DECIDE_MERGES),
    }


def sections(effects: dict[str, list[str]]) -> list[dict[str, object]]:
    """Return what a split changes under headings for people."""
    headings = {code: part.label for code, part in split_parts.every().items()}
    headings |= {"payers": _("Who pays"), "facts": _("Details"), "denied": _("No access"), "terms": _("Special terms")}
    return [{"title": headings.get(code, code), "sentences": sentences} for code, sentences in effects.items()]


def _may(viewer: User, action: access.Action) -> Decision:
    if access.level_of(viewer) in action.levels:
        return Decision(allowed=True)
    return refused("not_your_level", _("Your level does not do this."))
