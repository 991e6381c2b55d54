"""Documents to look at: what a person may see, what customers still owe, and why a line costs what it does."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from billing.invoices.models import Document, Line
from billing.rating import explain
from billing.rating.explain import IN_ENGLISH, Words


def visible_to(viewer: User) -> QuerySet[Document]:
    """Issued documents of the customers whose money `viewer` may see."""
    return Document.objects.issued().filter(customer__in=access.customers_within_reach(viewer, access.SEE_MONEY))


def open_for(customers: QuerySet[Customer] | Iterable[Customer]) -> QuerySet[Document]:
    """Invoices of `customers` on which something is still owed, the oldest debt first."""
    return Document.objects.open().filter(customer__in=customers).order_by("due_on", "pk")


def state_of(document: Document, on: date) -> str:
    """Return in one word how a document stands on the day `on`: credit_note, paid, overdue, part_paid or open."""
    return _state(document, document.open_minor, on)


def open_at(document: Document, at: datetime) -> int:
    """Return what was still owed on an issued document right after `at`, in minor units; nothing on a credit note."""
    if document.kind == Document.Kind.CREDIT_NOTE:
        return 0
    settled = document.settlements.filter(settled_at__lte=at).aggregate(minor=Coalesce(Sum("amount_minor"), 0))
    return document.total_minor - int(settled["minor"])


def state_at(document: Document, at: datetime, on: date) -> str:
    """Return in one word how a document stood right after the moment `at`, which is on the day `on`; see state_of."""
    return _state(document, open_at(document, at), on)


def why(line: Line, words: Words = IN_ENGLISH) -> str:
    """Say in one sentence how the line came to its amount; for a correction its reason, for what has no rule nothing."""
    if line.derivation:
        return explain.sentence(line.derivation, line.currency, words)
    return line.document.reason if line.corrects_id else ""


def _state(document: Document, open_minor: int, on: date) -> str:
    if document.kind == Document.Kind.CREDIT_NOTE:
        return "credit_note"
    if not open_minor:
        return "paid"
    if document.due_on and document.due_on < on:
        return "overdue"
    return "part_paid" if open_minor < document.total_minor else "open"
