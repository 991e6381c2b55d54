"""The staff's navigation: groups in the top bar, and under it the places of the group one is in.

A new page stands `below` an existing place, or becomes a place of its group; the groups stay few enough for one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.people import access
from accounts.people.access import Action


@dataclass(frozen=True)
class Place:
    """A page to go to: the pages below it, during which it is the current one too, its keys, who may see it, what is counted."""

    label: Promise
    page: str
    below: str
    keys: str
    action: Action
    counted: str = ""


@dataclass(frozen=True)
class Group:
    """Places that belong together under one word."""

    label: Promise
    places: tuple[Place, ...]


WORK: Final = Group(
    gettext_lazy("Work"),
    (
        Place(gettext_lazy("Queue"), "queue", "ticket grants replies", "g q", access.WORK_TICKETS),
        Place(
            gettext_lazy("All tickets"),
            "ticket_list",
            "bulks bulk bulk_previews links ticket_views macro",
            "g n",
            access.WORK_TICKETS,
        ),
        Place(gettext_lazy("Topics"), "topics", "", "g i", access.WORK_TICKETS),
        Place(gettext_lazy("Problems"), "problems", "problem", "g j", access.WORK_TICKETS),
        Place(gettext_lazy("Promises"), "promises", "", "g m", access.WORK_TICKETS),
        Place(gettext_lazy("Needs"), "leads", "", "", access.WORK_TICKETS),
        Place(gettext_lazy("Orders"), "orders", "", "g h", access.FULFIL_ORDERS),
        Place(gettext_lazy("Playbooks"), "playbooks", "playbook", "g l", access.WORK_TICKETS),
        Place(gettext_lazy("Approvals"), "approvals", "substitutes", "g p", access.DECIDE_APPROVALS, "approvals"),
    ),
)
CUSTOMERS: Final = Group(
    gettext_lazy("Customers"),
    (
        Place(
            gettext_lazy("All customers"),
            "customers",
            "customer document contacts viewings timeline activity customer_offers customer_moves position answers "
            "customer_addresses customer_relations customer_splits split new_customer first_contract "
            "customer_wallet",
            "g c",
            access.SEE_BACKOFFICE,
        ),
        Place(gettext_lazy("Tree"), "tree", "", "", access.SEE_BACKOFFICE),
        Place(gettext_lazy("Segments"), "segments", "", "", access.SEE_BACKOFFICE),
        Place(gettext_lazy("Stuck"), "stuck", "", "g z", access.SEE_BACKOFFICE),
        Place(
            gettext_lazy("Data quality"),
            "data",
            "data_rules customer_details ownerless customer_sources field_usage imports import",
            "g a",
            access.SEE_BACKOFFICE,
        ),
        Place(gettext_lazy("Duplicates"), "duplicates", "duplicate merge", "g u", access.SEE_BACKOFFICE, "duplicates"),
        Place(gettext_lazy("Privacy"), "privacy", "erasure customer_privacy", "g y", access.HANDLE_PRIVACY),
    ),
)
MONEY: Final = Group(
    gettext_lazy("Money"),
    (
        Place(gettext_lazy("Finance inbox"), "inbox", "entry setup", "g f", access.SEE_BOOKS, "inbox"),
        Place(
            gettext_lazy("Bank"), "bank", "bank_line bank_statements direct_debits debit_file", "g b", access.SEE_BOOKS, "bank"
        ),
        Place(gettext_lazy("Invoice runs"), "runs", "run run_trial run_beginnings", "", access.SEE_BOOKS),
        Place(gettext_lazy("Usage"), "usage_file", "", "", access.KEEP_BOOKS),
        Place(gettext_lazy("Overdue"), "dunning", "", "g o", access.SEE_BOOKS),
        Place(gettext_lazy("Revenue"), "revenue", "ageing wallet_list", "g r", access.SEE_BOOKS),
        Place(gettext_lazy("Findings"), "desk", "prices_not_kept finding_others batch", "g d", access.SEE_BACKOFFICE),
    ),
)
MEASURES: Final = Group(
    gettext_lazy("Measures"),
    (
        Place(
            gettext_lazy("Measures"),
            "measures",
            "processes concessions silence skills channels",
            "g e",
            access.WORK_TICKETS,
        ),
        Place(gettext_lazy("Service levels"), "service_levels", "", "g s", access.WORK_TICKETS),
        Place(gettext_lazy("Voice"), "voice", "", "g v", access.WORK_TICKETS),
        Place(gettext_lazy("Wall of thanks"), "praise_wall", "", "", access.SEE_BACKOFFICE),
    ),
)
KNOWLEDGE: Final = Group(
    gettext_lazy("Knowledge"),
    (Place(gettext_lazy("Knowledge"), "knowledge", "article version", "g k", access.EDIT_KNOWLEDGE),),
)
POLICY: Final = Group(
    gettext_lazy("Policy"),
    (
        Place(gettext_lazy("What may I do?"), "authority", "policy_acknowledgements", "g w", access.SEE_BACKOFFICE),
        Place(gettext_lazy("Policies"), "policies", "policy", "g g", access.SEE_BACKOFFICE),
        Place(gettext_lazy("Strategy"), "strategy", "strategy_part strategy_edition", "", access.SEE_BACKOFFICE),
        Place(gettext_lazy("Exceptions"), "exceptions", "", "g x", access.SEE_BACKOFFICE),
        Place(gettext_lazy("Who may do what"), "access_matrix", "", "g t", access.SEE_BACKOFFICE),
        Place(gettext_lazy("As a customer sees it"), "persona", "", "", access.STEER),
    ),
)
GROUPS: Final = (WORK, CUSTOMERS, MONEY, MEASURES, KNOWLEDGE, POLICY)


def shown(level: str, current: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the groups a person of `level` sees on the page `current`, each with its places; a group without one is left out."""
    groups = [_group(group, level, current, counts) for group in GROUPS]
    return [group for group in groups if group["places"]]


def _group(group: Group, level: str, current: str, counts: Mapping[str, int]) -> dict[str, Any]:
    places = [_place(place, current, counts) for place in group.places if level in place.action.levels]
    return {
        "label": places[0]["label"] if len(places) == 1 else group.label,
        "url": places[0]["url"] if places else "",
        "current": any(place["current"] for place in places),
        "count": sum(place["count"] or 0 for place in places),
        "places": places,
    }


def _place(place: Place, current: str, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "label": place.label,
        "url": reverse(f"backoffice:{place.page}"),
        "current": current in {place.page, *place.below.split()},
        "keys": place.keys,
        "count": counts.get(place.counted),
    }
