"""Candidates: the pairs a person should look at, kept up to date nightly and whenever a customer is added or changed.

A pair found again keeps its decision: what was judged not a duplicate stays so. An open pair that is no longer found goes.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.quality import duplicates
from accounts.quality.matching.evidence import Match
from accounts.quality.models import Candidate
from accounts.timeline import recording

MOST_NEAR: Final = 200


class AlreadyDecided(Refusal):
    """Somebody decided on this pair meanwhile."""

    code = "already_decided"

    def __init__(self) -> None:
        super().__init__("Somebody has already decided on this pair.")


def detect_all(*, at: datetime) -> int:
    """Compare all customers and bring the open pairs up to date; return how many are open."""
    found = duplicates.find()
    with transaction.atomic():
        kept = _keep(found, at)
        Candidate.objects.open().exclude(pk__in=kept).delete()
    return Candidate.objects.open().count()


def detect_for(customer: Customer, *, at: datetime) -> int:
    """Compare one customer with those near it and bring its open pairs up to date; return how many are open."""
    near = list(_near(customer).values(*duplicates.READ)[:MOST_NEAR])
    mine = list(Customer.objects.current().filter(pk=customer.pk).values(*duplicates.READ))
    found = duplicates.among(duplicates.of_rows([*mine, *near])) if mine else []
    own = [match for match in found if customer.number in {match.a, match.b}]
    with transaction.atomic():
        kept = _keep(own, at)
        of_it = Candidate.objects.open().filter(Q(a=customer) | Q(b=customer))
        of_it.exclude(pk__in=kept).delete()
    return of_it.count()


def dismiss(*, actor: User, candidate: Candidate, note: str, at: datetime) -> Candidate:
    """Remember that a pair is not one. Repeating it changes nothing.

    Raises:
        AlreadyDecided: the pair was merged meanwhile.
    """
    with transaction.atomic():
        held = Candidate.objects.select_for_update(of=("self",)).select_related("a", "b").get(pk=candidate.pk)
        if held.status == Candidate.Status.NOT_A_DUPLICATE:
            return held
        if held.status != Candidate.Status.OPEN:
            raise AlreadyDecided
        held.note = note
        settle(held, Candidate.Status.NOT_A_DUPLICATE, actor=actor, at=at)
        facts = {"a": held.a.name, "b": held.b.name, "note": note}
        for customer in (held.a, held.b):
            recording.record(customer, "accounts.not_a_duplicate", actor=actor, at=at, facts=facts, internal=True)
    return held


def settle(candidate: Candidate, status: str, *, actor: User, at: datetime) -> None:
    """Write down what was decided on a pair, by whom and when."""
    candidate.status, candidate.decided_by, candidate.decided_at = status, actor, at
    candidate.save(update_fields=["status", "decided_by", "decided_at", "note"])


def reopen(a: Customer, b: Customer) -> None:
    """Put a merged pair back before people, after the merge was undone."""
    pair = Candidate.objects.filter(a_id=min(a.pk, b.pk), b_id=max(a.pk, b.pk), status=Candidate.Status.MERGED)
    pair.update(status=Candidate.Status.OPEN, decided_by=None, decided_at=None)


def open_of(customer: Customer) -> QuerySet[Candidate]:
    """Return the pairs with `customer` that nobody has decided on, the likeliest first."""
    return visible().filter(Q(a=customer) | Q(b=customer), status=Candidate.Status.OPEN).order_by("-score", "pk")


def visible() -> QuerySet[Candidate]:
    """Return all pairs, with their customers."""
    return Candidate.objects.select_related("a__kind", "b__kind", "decided_by")


def _near(customer: Customer) -> QuerySet[Customer]:
    """Customers of the same kind that share a number, a way to reach them, an address or most of the name."""
    likeness = Q(name__trigram_similar=customer.name)
    for fact in ("tax_id", "lei", "email", "phone", "legal_name"):
        if value := getattr(customer, fact):
            likeness |= Q(**{fact: value})
    if customer.street and customer.postcode:
        likeness |= Q(street=customer.street, postcode=customer.postcode)
    found: QuerySet[Customer] = Customer.objects.current().filter(likeness, kind=customer.kind_id).exclude(pk=customer.pk)
    return found.order_by("pk")


def _keep(found: Iterable[Match], at: datetime) -> list[int]:
    """Write down what was found and return the keys of its candidates."""
    matches = list(found)
    numbers = {number for match in matches for number in (match.a, match.b)}
    pks = dict(Customer.objects.filter(number__in=numbers).values_list("number", "pk"))
    pairs = [(*sorted((pks[match.a], pks[match.b])), match) for match in matches]
    rows = [Candidate(a_id=a, b_id=b, score=Decimal(str(match.score)), why=list(match.why), found_at=at) for a, b, match in pairs]
    kept = Candidate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["a", "b"], update_fields=["score", "why"], batch_size=2_000
    )
    return [row.pk for row in kept]
