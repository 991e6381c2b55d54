"""Moves as staff see them: where a customer could stand, what that would change, and what became of what was asked for."""

from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.customers import moves, tree
from accounts.customers.models import Customer
from accounts.decisions import ALLOWED
from accounts.people import access
from accounts.people.models import User
from accounts.quality import changes, positions
from accounts.quality.models import ChangeRequest
from backoffice import overview
from backoffice.forms.moves import MoveForm

MOST_FOUND: Final = 12
EARLIER: Final = 10


def asking(node: Customer, viewer: User, form: MoveForm, *, words: str = "") -> dict[str, Any]:
    """Return what the page shows that asks for a move: places found by name or number, and the preview of the chosen one."""
    preview = _preview(node, form, viewer)
    return {
        "node": node,
        "path": overview.path_to(node),
        "form": form,
        "chosen": bool(form["to"].value()),
        "words": words,
        "places": _places(node, viewer, words),
        "may_be_root": node.parent_id is not None and node.kind.may_be_root,
        "preview": preview,
        "sections": sections(preview.effects) if preview else [],
        "earlier": positions.all_of().filter(customer=node).order_by("-pk")[:EARLIER],
    }


def every() -> QuerySet[ChangeRequest]:
    """Return every change that was asked for, of places and of details, as its page needs it."""
    return positions.with_their_moves(ChangeRequest.objects.all())


def of(request: ChangeRequest, viewer: User) -> dict[str, Any]:
    """Return what the page of one change that was asked for shows, a move or one of details."""
    return {
        "move": request,
        "is_move": request.what == request.What.POSITION,
        "before": _named(request.before),
        "after": _named(request.after),
        "sections": sections(_effects(request)),
        "may_decide": changes.may_decide(viewer, request) if request.status == request.Status.WAITING else ALLOWED,
        "decide_by": changes.decide_by(request, changes.decision_days([request.customer_id], timezone.now().date())),
        "may_withdraw": changes.may_withdraw(viewer, request),
        "may_undo": positions.may_undo(viewer, request),
        "undone_by": undone_by(request),
    }


def _named(said: dict[str, Any]) -> str:
    """Return what stands before or after as people read it: of another customer its name, of a fact its value."""
    other = next((said[f"{role}_name"] for role in ("parent", "payer") if role in said), None)
    return str(other) if other is not None else ", ".join(str(value) for value in said.values() if value) or "–"


def _effects(request: ChangeRequest) -> dict[str, list[str]]:
    """Return what the move would change as things are now, while somebody still decides; afterwards what it changed."""
    waits = request.status == request.Status.WAITING and request.what == request.What.POSITION
    return positions.as_things_are(request) if waits else dict(request.effects)


def undone_by(request: ChangeRequest) -> Any:
    """Return the move that took this one back, if one did."""
    return getattr(request.move, "undone_by", None) if request.move else None


def sections(effects: dict[str, list[str]]) -> list[dict[str, object]]:
    """Return what a move changes, topic by topic, under headings for people."""
    headings = {
        "tree": _("In the tree"),
        "payers": _("Who pays"),
        "prices": _("Prices and terms"),
        "people": _("People"),
        "owners": _("Owners"),
        "standing": _("How it is served"),
        "policies": _("Policies"),
        "contracts": _("Contracts"),
        "documents": _("Documents"),
        "clocks": _("Open tickets"),
    }
    return [{"title": headings.get(topic, topic), "sentences": sentences} for topic, sentences in effects.items()]


def _preview(node: Customer, form: MoveForm, viewer: User) -> moves.MovePreview | None:
    if not form.is_valid():
        return None
    to = None if form.to_the_top else access.customers_within_reach(viewer).current().filter(number=form.number).first()
    if to is None and not form.to_the_top:
        return None
    day: date = form.cleaned_data["day"]
    return moves.preview(node, to, on=day)


def _places(node: Customer, viewer: User, words: str) -> list[Customer]:
    """Return customers of that name or number under which this kind may stand, its own group's first."""
    if len(words) < 2:
        return []
    reach = access.customers_within_reach(viewer).current().filter(kind__in=tree.allowed_parents(node))
    found = reach.filter(number__iexact=words) | reach.filter(name__icontains=words)
    found = found.exclude(pk__in=Customer.objects.below(node).values("pk")).exclude(pk=node.parent_id)
    rows = found.select_related("kind", "parent").order_by("level", "name", "pk")[: MOST_FOUND * 3]
    return sorted(rows, key=lambda row: row.tree_id != node.tree_id)[:MOST_FOUND]
