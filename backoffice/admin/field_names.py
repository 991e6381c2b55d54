"""What managers call the fields of rows, in every language: one name for a field wherever it stands.

A field that names itself in its model keeps that name; one that is not listed here reads as it is written in the code.
"""

from collections.abc import Mapping
from typing import Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELD_NAMES: Final[Mapping[str, Promise]] = {
    "about_ref": _("about"),
    "active": _("active"),
    "actor": _("by"),
    "aggregation": _("how it counts"),
    "alternative": _("alternative"),
    "approved_by": _("approved by"),
    "approver": _("approver"),
    "asked_by": _("asked by"),
    "at": _("at"),
    "audience": _("audience"),
    "calendar": _("calendar"),
    "certificate": _("certificate"),
    "clause": _("clause"),
    "clock": _("clock"),
    "code": _("code"),
    "contacts": _("contacts"),
    "currency": _("currency"),
    "customer": _("customer"),
    "days": _("days"),
    "description": _("description"),
    "detector": _("billing error"),
    "effective_on": _("effective on"),
    "ended_at": _("ended at"),
    "entry": _("who may enter"),
    "expects": _("what is expected"),
    "fault": _("whose fault"),
    "given_by": _("given by"),
    "hours": _("hours"),
    "key": _("key"),
    "kind": _("kind"),
    "label": _("label"),
    "level": _("level"),
    "material": _("material"),
    "minutes": _("minutes"),
    "name": _("name"),
    "named_at": _("named at"),
    "note": _("note"),
    "number": _("number"),
    "outcome": _("outcome"),
    "owner": _("kept by"),
    "percent": _("percent"),
    "person": _("person"),
    "place": _("place"),
    "policy": _("policy"),
    "position": _("position"),
    "price_list": _("price list"),
    "priority": _("priority"),
    "published_at": _("published at"),
    "published_by": _("published by"),
    "reason": _("reason"),
    "review_on": _("review on"),
    "segment": _("segment"),
    "severity": _("when broken"),
    "share_percent": _("share of the invoice, percent"),
    "since": _("since"),
    "stage": _("stage"),
    "tenure_days": _("days as a customer"),
    "tier": _("tier"),
    "timezone": _("time zone"),
    "title": _("title"),
    "trigger": _("trigger"),
    "until": _("until"),
    "user": _("user"),
    "version": _("version"),
    "weight": _("weight"),
    "why": _("why"),
    "words": _("words"),
}


def give(model: type[Model]) -> None:
    """Call the fields of a page's rows as managers do; no migration follows from it."""
    for field in model._meta.concrete_fields:
        plain = field.name.replace("_", " ")
        if field.name in FIELD_NAMES and field.verbose_name == plain:
            field.verbose_name = FIELD_NAMES[field.name]
