"""Applying: making a quoted change happen, at exactly the quoted price, once per token; and undoing what is still to come.

Under the payer's and the contract's lock the change is planned anew; unless every cent is as quoted nothing happens. A change
for today is billed at once, by the same run as everything else; one that is still to come is only recorded.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.amendments import outcome, quoting
from billing.amendments.models import Quote
from billing.amendments.quoting import Change, Proposal
from billing.contracts import events
from billing.contracts.models import ContractEvent, Subscription
from billing.invoices import drafting, run
from billing.invoices.models import Document
from billing.ledger import locking
from billing.money import Money


class QuoteUnknown(Refusal):
    """No quote has this token."""

    code = "quote_unknown"


class QuoteExpired(Refusal):
    """The quote was good until a moment that has passed; a new one is needed."""

    code = "quote_expired"


class QuoteIsStale(Refusal):
    """The contract was changed since it was quoted."""

    code = "quote_is_stale"


class PriceDiffers(Refusal):
    """The change would cost something else now than it was quoted for."""

    code = "price_differs"


def apply(*, actor: User, token: UUID, at: datetime, today: date) -> Quote:
    """Record the quoted change and issue what it costs today; repeating the call returns the applied quote.

    Raises:
        QuoteUnknown, QuoteExpired: there is no such quote, or it is too late.
        QuoteIsStale: the contract was changed since, by what its reason says.
        PriceDiffers: some amount is no longer as quoted; its reason says which. Nothing happened then.
        Refusal: not within the actor's reach.
    """
    with transaction.atomic():
        subscription = _subscription(token)
        access.decide(actor, access.CHANGE_CONTRACT, subscription.customer).or_refuse()
        payer = _hold(subscription, today)
        quote = Quote.objects.select_for_update(of=("self",)).get(pk=token)
        if quote.status == Quote.Status.APPLIED:
            return quote
        proposal = _as_quoted_or_refuse(quote, subscription, at=at, today=today)
        events.add(
            actor=actor, subscription=subscription, what=quote.change["what"], effective_on=proposal.effective_on, at=at,
            plan_version=proposal.plan_version, quantity=quote.change["quantity"],
        )  # fmt: skip
        documents: list[Document] = []
        if proposal.takes_effect_on <= today:
            documents = run.bill(payer=payer, on=today, at=at, only=subscription, actor=actor)
        _billed_as_quoted_or_refuse(quote, documents)
        quote.status = Quote.Status.APPLIED
        quote.document = documents[0] if documents else None
        quote.save(update_fields=["status", "document"])
        return quote


def undo_scheduled(*, actor: User, event: ContractEvent, at: datetime, today: date) -> ContractEvent:
    """Take back a change that is still to come.

    Raises:
        TooLateToUndo, NothingToUndo: it took effect, or was taken back already.
        Refusal: not within the actor's reach.
    """
    subscription = event.subscription
    access.decide(actor, access.CHANGE_CONTRACT, subscription.customer).or_refuse()
    with transaction.atomic():
        _hold(subscription, today)
        return events.undo(actor=actor, event=event, at=at, today=today)


def _subscription(token: UUID) -> Subscription:
    found = Subscription.objects.filter(quotes__token=token).select_related("contract", "customer", "product").first()
    if found is None:
        raise QuoteUnknown("There is no such quote.")
    return found


def _hold(subscription: Subscription, today: date) -> Customer:
    """Lock everybody whose money may move, then the contract; return who pays."""
    payer = responsibilities.payer_of(subscription.customer, today)
    locking.lock_payers({payer.pk, *drafting.billed_before([subscription.pk])})
    events.lock_contract(subscription)
    return payer


def _as_quoted_or_refuse(quote: Quote, subscription: Subscription, *, at: datetime, today: date) -> Proposal:
    if at >= quote.expires_at:
        raise QuoteExpired("This price was good for half an hour; ask for a new one.")
    since = list(subscription.events.order_by("sequence")[quote.history_length :].select_related("plan_version__plan"))
    if since:
        raise QuoteIsStale(f"The contract was changed meanwhile: {', '.join(events.words(event) for event in since)}.")
    change = Change.from_json(quote.change)
    proposal = quoting.propose(subscription, change, at=at, today=today, effective_on=quote.effective_on)
    changed = outcome.differences(quote.outcome, quoting.priced(subscription, proposal, today=today))
    if changed:
        raise PriceDiffers(f"The price is no longer as quoted: {', '.join(changed)}.")
    return proposal


def _billed_as_quoted_or_refuse(quote: Quote, documents: list[Document]) -> None:
    billed = sum(document.total_minor for document in documents)
    if billed != quote.outcome["total_minor"]:
        currency = quote.outcome["currency"]
        quoted = Money(quote.outcome["total_minor"], currency)
        raise PriceDiffers(f"Issued would be {Money(billed, currency)} instead of the quoted {quoted}.")
