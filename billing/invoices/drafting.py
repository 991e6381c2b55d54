"""Drafting: from histories and issued lines to the lines of the next documents, before anything is written.

The one place where an invoice run, a quote and a simulation all get their lines from: what is wanted (billing/rating) minus
what is issued (planning.py), told as lines that can be issued. Lines are grouped into one document per payer, seller and
currency; a credit goes to whoever was billed for the corrected line, even after somebody else took over paying. Any number
of subscriptions takes the same few statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.customers.models import Customer
from billing.catalog import charges
from billing.catalog.models import LegalEntity, PlanVersion
from billing.contracts.models import Subscription
from billing.invoices import crediting, newline, planning, reductions, tax
from billing.invoices.models import Document, Line
from billing.invoices.newline import NewLine
from billing.invoices.planning import Issued, PlannedLine
from billing.invoices.reductions import Reduction
from billing.periods import Period
from billing.rating.history import History

Versions = Mapping[tuple[str, int, str], PlanVersion]


@dataclass(frozen=True)
class Agreed:
    """What is taken off: by contract what coupons and discounts promise, by document what they took off there."""

    of_contract: Mapping[int, list[Reduction]]
    stored: Mapping[int, Sequence[Line]]


@dataclass(frozen=True)
class PlannedDocument:
    """A document as it would be issued: its lines with their tax, in the order printed."""

    payer: Customer
    legal_entity: LegalEntity
    currency: str
    lines: tuple[NewLine, ...]
    taxes: tuple[int, ...]
    payment_term_days: int
    po_number: str

    @property
    def subtotal_minor(self) -> int:
        """The sum before tax."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        """The tax of all lines."""
        return sum(self.taxes)

    @property
    def total_minor(self) -> int:
        """What is to be paid; below zero what is given back."""
        return self.subtotal_minor + self.tax_minor

    @property
    def kind(self) -> str:
        """An invoice, or a credit note when more is given back than charged."""
        return Document.Kind.CREDIT_NOTE if self.total_minor < 0 else Document.Kind.INVOICE


@dataclass(frozen=True)
class Draft:
    """What is to be issued, and the credits of nothing that only give days back and stand on no document."""

    documents: tuple[PlannedDocument, ...]
    days_only: tuple[NewLine, ...]


def draft(
    histories: Mapping[Subscription, History], *, payers: Mapping[int, Customer], up_to: date, after: date | None = None
) -> Draft:
    """Return what is to be issued for these histories, stored or proposed, so that all up to `up_to` is billed.

    With `after`, only what falls due after that day. `payers` names who pays for the consuming customer, by its key.
    Subscriptions come with contract, seller and product.
    """
    issued = _issued(histories)
    planned: list[tuple[Subscription, PlannedLine]] = []
    for subscription, history in histories.items():
        fallen_due = planning.plan_for(history, [standing for _, standing in issued[subscription.pk]], up_to=up_to)
        planned += [(subscription, line) for line in fallen_due if after is None or line.due_on > after]
    corrected = {stored.pk: stored for found in issued.values() for stored, _ in found}
    versions = _versions(planned)
    lines = [(subscription, _line(subscription, line, corrected, versions)) for subscription, line in planned]
    days_only = tuple(line for _, line in lines if _gives_only_days_back(line))
    charged = [(subscription, line) for subscription, line in lines if not _gives_only_days_back(line)]
    corrections = {line.corrects.document_id for _, line in charged if line.corrects}
    agreed = Agreed(reductions.in_force(histories), reductions.on_documents(corrections))
    return Draft(tuple(_documents(charged, payers, agreed)), days_only)


def _gives_only_days_back(line: NewLine) -> bool:
    return line.corrects is not None and not line.amount_minor


def billed_before(keys: Iterable[int]) -> set[int]:
    """Return the keys of everybody whose documents carry lines that these subscriptions' plans may credit."""
    lines = Line.objects.filter(subscription__in=list(keys), coverage__isnull=False)
    return set(lines.order_by().values_list("document__customer_id", flat=True).distinct())


def _issued(histories: Iterable[Subscription]) -> dict[int, list[tuple[Line, Issued]]]:
    """Return the issued lines that still cover days (and true-ups, which never do), with what is left of them."""
    other_credits = Sum("corrections__amount_minor", filter=~Q(corrections__kind__in=newline.PLANNED_CREDITS))
    counting = Q(coverage__isnull=False) | Q(kind=newline.TRUE_UP, corrects=None)
    lines = (
        Line.objects.filter(counting, subscription__in=list(histories))
        .select_related("coverage", "document__customer")
        .annotate(adjusted=-Coalesce(other_credits, 0))
        .order_by("pk")
    )
    found: dict[int, list[tuple[Line, Issued]]] = defaultdict(list)
    for line in lines:
        found[line.subscription_id or 0].append((line, _as_issued(line)))
    return found


def _as_issued(line: Any) -> Issued:
    since, until = line.since or date.min, line.until or date.max
    covered = getattr(line, "coverage", None)  # a true-up has none
    return Issued(
        line_id=line.pk,
        charge_code=line.charge_code,
        kind="minimum" if line.charge_code == newline.MINIMUM_CODE else newline.CHARGE_KINDS[line.kind],
        since=since,
        until=until,
        remaining_until=covered.days.upper if covered else until,
        price_key=line.price_key,
        cycle=Period(line.cycle_since or since, line.cycle_until or until),
        amount_minor=line.amount_minor,
        left_minor=line.amount_minor - line.credited_minor,
        adjusted_minor=line.adjusted,
        covers=covered is not None,
    )


def _versions(planned: Iterable[tuple[Subscription, PlannedLine]]) -> dict[tuple[str, int, str], PlanVersion]:
    codes = {line.plan for _, line in planned}
    versions = PlanVersion.objects.filter(plan__code__in=codes).select_related("plan__product").prefetch_related("charges")
    return {(version.plan.code, version.number, version.currency): version for version in versions}


def _line(subscription: Subscription, planned: PlannedLine, corrected: Mapping[int, Line], versions: Versions) -> NewLine:
    corrects = None if planned.corrects is None else corrected[planned.corrects]
    contract = subscription.contract
    words = f"Unused days: {corrects.description}" if corrects else _words(subscription, planned, versions)
    return NewLine(
        kind=planned.kind, customer=subscription.customer, description=words, amount_minor=planned.amount_minor,
        tax_rate=corrects.tax_rate if corrects else contract.tax_rate, quantity=planned.quantity,
        unit_price=planned.unit_price or Decimal(0), subscription=subscription, product=subscription.product,
        charge_code=planned.charge_code, price_key=planned.price_key, since=planned.since, until=planned.until,
        cycle_since=planned.cycle.since, cycle_until=planned.cycle.until, po_number=contract.po_number, corrects=corrects,
        derivation=planned.derivation,
    )  # fmt: skip


def _words(subscription: Subscription, planned: PlannedLine, versions: Versions) -> str:
    """Name what was bought: "Desk Pro, 10 seats", "Desk Pro: Set-up"."""
    version = versions[planned.plan, planned.version, subscription.contract.currency]
    product, plan = version.plan.product, version.plan
    name = plan.name if plan.name.startswith(product.name) else f"{product.name} {plan.name}"
    if planned.kind != newline.RECURRING:
        return f"{name}: {next(charge.name for charge in version.charges.all() if charge.code == planned.charge_code)}"
    if planned.quantity == 1:
        return name
    return f"{name}, {charges.decimal_text(planned.quantity)} {product.unit_name}s"


def _documents(
    lines: Iterable[tuple[Subscription, NewLine]], payers: Mapping[int, Customer], agreed: Agreed
) -> Iterable[PlannedDocument]:
    """One document per payer, seller and currency; what gives money back comes first, so that it can be used at once."""
    groups: dict[tuple[int, int, str], list[tuple[Subscription, NewLine]]] = defaultdict(list)
    for subscription, line in lines:
        contract = subscription.contract
        groups[_payer(subscription, line, payers).pk, contract.legal_entity_id, contract.currency].append((subscription, line))
    in_order = [group for _, group in sorted(groups.items(), key=lambda item: item[0])]
    documents = [_document(group, _payer(*group[0], payers), agreed) for group in in_order]
    return sorted(documents, key=lambda document: document.total_minor >= 0)


def _payer(subscription: Subscription, line: NewLine, payers: Mapping[int, Customer]) -> Customer:
    return line.corrects.document.customer if line.corrects else payers[subscription.customer_id]


def _document(group: Sequence[tuple[Subscription, NewLine]], payer: Customer, agreed: Agreed) -> PlannedDocument:
    contracts = [subscription.contract for subscription, _ in group]
    lines = _reduced(group, agreed)
    carried = crediting.carried(lines, {line.corrects.pk: line.corrects for line in lines if line.corrects})
    taxable = [tax.TaxableLine(line.amount_minor, line.tax_rate, back) for line, back in zip(lines, carried, strict=True)]
    return PlannedDocument(
        payer=payer,
        legal_entity=contracts[0].legal_entity,
        currency=contracts[0].currency,
        lines=lines,
        taxes=tuple(tax.on_lines(taxable, contracts[0].currency)),
        payment_term_days=max(contract.payment_term_days for contract in contracts),
        po_number=contracts[0].po_number if len({contract.po_number for contract in contracts}) == 1 else "",
    )


def _reduced(group: Sequence[tuple[Subscription, NewLine]], agreed: Agreed) -> tuple[NewLine, ...]:
    """Return the lines of a document, and after them what coupons and discounts take off, or back."""
    currency = group[0][0].contract.currency
    lines = tuple(line for _, line in group)
    found = reductions.taken_back(lines, agreed.stored, currency)
    for contract in sorted({subscription.contract_id for subscription, _ in group} & agreed.of_contract.keys()):
        of_contract = {place: line for place, (of, line) in enumerate(group, 1) if of.contract_id == contract}
        found += reductions.taken_off(of_contract, agreed.of_contract[contract], currency)
    return (*lines, *found)
