"""Drafting: from histories and issued lines to the lines of the next documents, before anything is written.

The one place where an invoice run, a quote and a simulation all get their lines from: what is wanted (billing/rating) minus
what is issued (planning.py), told as lines that can be issued. Lines are grouped into one document per payer, seller and
currency; a credit goes to whoever was billed for the corrected line, even after somebody else took over paying. Any number
of subscriptions takes the same few statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.catalog import supplies, units
from billing.catalog.models import LegalEntity, PlanVersion
from billing.contracts import conditions
from billing.contracts.conditions import PaymentTerm
from billing.contracts.models import Subscription
from billing.invoices import crediting, earlier, newline, plain, reductions, tax
from billing.invoices.models import Document, Line
from billing.invoices.newline import NewLine
from billing.invoices.placing import Places
from billing.invoices.planning import Issued, PlannedLine
from billing.invoices.reductions import Reduction
from billing.rating.history import History

Versions = Mapping[tuple[str, int, str], PlanVersion]
Planned = Mapping[Subscription, Sequence[PlannedLine]]


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
    payment_term_source: str = ""

    @cached_property
    def subtotal_minor(self) -> int:
        """The sum before tax."""
        return sum(line.amount_minor for line in self.lines)

    @cached_property
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
    """What is to be issued, the credits of nothing that only give days back and stand on no document, and what was issued."""

    documents: tuple[PlannedDocument, ...]
    days_only: tuple[NewLine, ...]
    issued: Mapping[int, Sequence[Issued]]


def draft(
    histories: Mapping[Subscription, History], *, payers: Mapping[int, Customer], up_to: date, after: date | None = None
) -> Draft:
    """Return what is to be issued for these histories, stored or proposed, so that all up to `up_to` is billed.

    With `after`, only what falls due after that day. `payers` names who pays for the consuming customer, by its key.
    Subscriptions come with contract, seller and product.
    """
    issued = earlier.issued(histories)
    planned = {s: _planned(history, issued[s.id], up_to, after) for s, history in histories.items()}
    return _Told(issued, histories, planned.values(), up_to).draft(planned, payers)


def draft_each(
    groups: Mapping[int, Mapping[Subscription, History]], *, payers: Mapping[int, Customer], up_to: date
) -> dict[int, Draft | Refusal]:
    """Return for each group, by its key, what `draft` would; the statements are those of one. A refusal stays in its group."""
    everything = {subscription: history for group in groups.values() for subscription, history in group.items()}
    issued = earlier.issued(everything)
    planned: dict[int, Planned | Refusal] = {}
    for key, group in groups.items():
        try:
            planned[key] = {s: _planned(history, issued[s.id], up_to, None) for s, history in group.items()}
        except Refusal as refusal:
            planned[key] = refusal
    plans_made = [lines for plans in planned.values() if isinstance(plans, dict) for lines in plans.values()]
    told = _Told(issued, everything, plans_made, up_to)
    return {key: plans if isinstance(plans, Refusal) else told.draft_or_refusal(plans, payers) for key, plans in planned.items()}


def _planned(history: History, issued: Sequence[Issued], up_to: date, after: date | None) -> list[PlannedLine]:
    fallen_due = plain.plan_for(history, issued, up_to=up_to)
    return [line for line in fallen_due if after is None or line.due_on > after]


class _Told:
    """What planned lines need to be told as lines of documents: what they correct, what was bought, what is taken off."""

    def __init__(
        self,
        issued: Mapping[int, Sequence[Issued]],
        subscriptions: Iterable[Subscription],
        planned: Iterable[Sequence[PlannedLine]],
        on: date,
    ) -> None:
        self.on = on
        lines = [line for plans in planned for line in plans]
        self.issued = issued
        self.corrected = _corrected({line.corrects for line in lines if line.corrects is not None})
        self.names = _Names(_versions({line.plan for line in lines}))
        corrections = {line.document_id for line in self.corrected.values()}
        self.terms: dict[int, PaymentTerm] | None = None
        self.places: Places | None = None
        self.agreed = Agreed(reductions.in_force(subscriptions), reductions.on_documents(corrections))

    def draft(self, planned: Planned, payers: Mapping[int, Customer]) -> Draft:
        """Return the documents of these plans, and the credits that only give days back."""
        told_plainly = [(s, _line(s, line, self.corrected, self.names)) for s, lines in planned.items() for line in lines]
        if self.places is None:
            self.places = Places(list(payers.values()), self.on)
        told = self.places.placed(told_plainly, payers)
        days_only = tuple(line for _, line in told if _gives_only_days_back(line))
        charged = [(subscription, line) for subscription, line in told if not _gives_only_days_back(line)]
        documents = _documents(charged, payers, self.agreed)
        return Draft(tuple(self._with_terms(document, payers) for document in documents), days_only, self.issued)

    def _with_terms(self, document: PlannedDocument, payers: Mapping[int, Customer]) -> PlannedDocument:
        """Let the days to pay that were agreed for who pays go before those of the contract."""
        if self.terms is None:
            self.terms = conditions.payment_terms_of({payer.id: payer for payer in payers.values()}.values(), self.on)
        agreed = self.terms.get(document.payer.id)
        return replace(document, payment_term_days=agreed.days, payment_term_source=agreed.source) if agreed else document

    def draft_or_refusal(self, planned: Planned, payers: Mapping[int, Customer]) -> Draft | Refusal:
        """Return the draft, or why there can be none."""
        try:
            return self.draft(planned, payers)
        except Refusal as refusal:
            return refusal


def _gives_only_days_back(line: NewLine) -> bool:
    return line.corrects is not None and not line.amount_minor


def billed_before(keys: Iterable[int]) -> set[int]:
    """Return the keys of everybody whose documents carry lines that these subscriptions' plans may credit."""
    lines = Line.objects.filter(subscription__in=list(keys), coverage__isnull=False)
    return set(lines.order_by().values_list("document__customer_id", flat=True).distinct())


def _corrected(keys: Iterable[int]) -> dict[int, Line]:
    """Return the lines to be credited, with the document they stand on and who was billed for it."""
    wanted = list(keys)
    return Line.objects.select_related("document__customer").in_bulk(wanted) if wanted else {}


def _versions(codes: Iterable[str]) -> dict[tuple[str, int, str], PlanVersion]:
    wanted = list(codes)
    if not wanted:
        return {}
    versions = PlanVersion.objects.filter(plan__code__in=wanted).select_related("plan__product").prefetch_related("charges")
    return {(version.plan.code, version.number, version.currency): version for version in versions}


def _line(subscription: Subscription, planned: PlannedLine, corrected: Mapping[int, Line], names: "_Names") -> NewLine:
    corrects = None if planned.corrects is None else corrected[planned.corrects]
    contract = subscription.contract
    supply = supply_of(subscription, corrects)
    exempt = supplies.kind_in(supply) == supplies.EXEMPT
    words = f"Unused days: {corrects.description}" if corrects else names.of(planned, contract.currency)
    return NewLine(
        kind=planned.kind, customer=subscription.customer, description=words, amount_minor=planned.amount_minor,
        tax_rate=corrects.tax_rate if corrects else Decimal(0) if exempt else contract.tax_rate, quantity=planned.quantity,
        unit_price=planned.unit_price or Decimal(0), subscription=subscription, product=subscription.product,
        charge_code=planned.charge_code, price_key=planned.price_key, since=planned.since, until=planned.until,
        cycle_since=planned.cycle.since, cycle_until=planned.cycle.until,
        po_number=subscription.po_number or contract.po_number, corrects=corrects,
        derivation={**planned.derivation, **supply} if supply else planned.derivation,
    )  # fmt: skip


def supply_of(subscription: Subscription, corrects: Line | None) -> dict[str, Any]:
    """Return what a line keeps of what it is for the tax: as its product is today, or as the line it corrects was."""
    if corrects:
        return {"supply": corrects.derivation["supply"]} if "supply" in corrects.derivation else {}
    product = subscription.product
    return supplies.told(product.supply, product.exempt_code, product.exempt_reason)


class _Names:
    """What was bought, named: "Desk Pro, 10 seats", "Desk Pro: Set-up". Lines that name the same are put into words once."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._known: dict[tuple[str, int, str, str, str, Decimal], str] = {}

    def of(self, planned: PlannedLine, currency: str) -> str:
        """Name what a planned line bills."""
        bought = planned.plan, planned.version, currency, planned.kind, planned.charge_code, planned.quantity
        if (known := self._known.get(bought)) is None:
            known = self._known[bought] = _words(planned, self._versions[planned.plan, planned.version, currency])
        return known


def _words(planned: PlannedLine, version: PlanVersion) -> str:
    product, plan = version.plan.product, version.plan
    name = plan.name if plan.name.startswith(product.name) else f"{product.name} {plan.name}"
    if planned.kind != newline.RECURRING:
        return f"{name}: {next(charge.name for charge in version.charges.all() if charge.code == planned.charge_code)}"
    if planned.quantity == 1:
        return name
    return f"{name}, {units.counted(planned.quantity, product.unit_name)}"


def _documents(
    lines: Iterable[tuple[Subscription, NewLine]], payers: Mapping[int, Customer], agreed: Agreed
) -> Iterable[PlannedDocument]:
    """One document per payer, seller and currency; what gives money back comes first, so that it can be used at once."""
    groups: dict[tuple[int, int, str], list[tuple[Subscription, NewLine]]] = defaultdict(list)
    for subscription, line in lines:
        contract = subscription.contract
        groups[_payer(subscription, line, payers).id, contract.legal_entity_id, contract.currency].append((subscription, line))
    in_order = [groups[key] for key in sorted(groups)]
    documents = [_document(group, _payer(*group[0], payers), agreed) for group in in_order]
    return sorted(documents, key=lambda document: document.total_minor >= 0)


def _payer(subscription: Subscription, line: NewLine, payers: Mapping[int, Customer]) -> Customer:
    return line.corrects.document.customer if line.corrects else payers[subscription.customer_id]


def _document(group: Sequence[tuple[Subscription, NewLine]], payer: Customer, agreed: Agreed) -> PlannedDocument:
    contracts = [subscription.contract for subscription, _ in group]
    lines = _reduced(group, agreed)
    corrected = {line.corrects.pk: line.corrects for line in lines if line.corrects}
    carried = crediting.carried(lines, corrected)
    taxable = [tax.TaxableLine(line.amount_minor, line.tax_rate, back) for line, back in zip(lines, carried, strict=True)]
    return PlannedDocument(
        payer=payer,
        legal_entity=contracts[0].legal_entity,
        currency=contracts[0].currency,
        lines=lines,
        taxes=tuple(tax.on_lines(taxable, contracts[0].currency)),
        payment_term_days=max(contract.payment_term_days for contract in contracts),
        po_number=lines[0].po_number if len({line.po_number for line in lines}) == 1 else "",
    )


def _reduced(group: Sequence[tuple[Subscription, NewLine]], agreed: Agreed) -> tuple[NewLine, ...]:
    """Return the lines of a document, and after them what coupons and discounts take off, or back."""
    currency = group[0][0].contract.currency
    lines = tuple(line for _, line in group)
    found = reductions.taken_back(lines, agreed.stored, currency) if agreed.stored else []
    reduced = {subscription.contract_id for subscription, _ in group} & agreed.of_contract.keys() if agreed.of_contract else ()
    for contract in sorted(reduced):
        of_contract = {place: line for place, (of, line) in enumerate(group, 1) if of.contract_id == contract}
        found += reductions.taken_off(of_contract, agreed.of_contract[contract], currency)
    return (*lines, *found)
