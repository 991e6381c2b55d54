"""Crediting: what remedies that give by a credit note have in common: how it is booked, and how it is taken back."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.days import local_day
from accounts.people.models import User
from billing.invoices import credit_notes, replacing
from billing.invoices.models import Document
from billing.ledger.models import Entry
from billing.money import Money
from support.remedies.kinds.base import Given, NotReversible, TakenBack
from support.remedies.models import Grant


def given(credit_note: Document, replacement: Document | None = None) -> Given:
    """Return what a credit note gave, less what the invoice in its place bills."""
    whole = credit_note.total_minor + (replacement.total_minor if replacement else 0)
    issued = (credit_note, replacement) if replacement else (credit_note,)
    return Given(Money(-whole, credit_note.currency), credit_note, entry_of(credit_note), issued)


def taken_back(*, actor: User, grant: Grant, reason: str, at: datetime) -> TakenBack:
    """Bill anew what the credit note of `grant` gave, and take back the invoice that stood in its place.

    Raises:
        NotReversible: nothing is left of the credit note, or of the invoice in its place.
    """
    credit_note = grant.document
    if credit_note is None:
        raise NotReversible(_("No document gave it."))
    on = local_day(at, credit_note.customer.timezone)
    replacement = grant.documents.exclude(pk=credit_note.pk).first()
    issued: list[Document] = []
    try:
        owed = replacing.take_back(actor=actor, credit_note=credit_note, reason=reason, on=on, at=at, key=grant.ref)
        issued.append(owed)
        if replacement:
            credit = credit_notes.credit_document(
                actor=actor, document=replacement, reason=reason, on=on, at=at, key=f"reversal:{grant.ref}"
            )
            issued.append(credit)
    except (replacing.NotTakenBack, credit_notes.NothingLeftToCredit) as gone:
        raise NotReversible(gone.reason) from gone
    if sum(document.total_minor for document in issued) != grant.amount_minor:
        raise NotReversible(_("Part of it was corrected since; correct the rest by hand."))
    return TakenBack(entry_of(owed), tuple(issued))


def entry_of(document: Document) -> Entry | None:
    """Return the entry that books the issue of `document`; one of zero books nothing."""
    return Entry.objects.filter(about_ref=document.ref, what=f"{document.kind}_issued").first()
