"""Applying: making a quoted change happen, at exactly the quoted price, once per token; and undoing what is still to come.

Under the payer's and the contract's lock the change is planned anew; unless every cent is as quoted nothing happens. A change
for today is billed at once, by the same run as everything else; one that is still to come is only recorded. What is over the
actor's own limit waits for an administrator (approvals.py), who makes it happen by saying yes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.amendments import approvals, bonus, credit, differing, limits, ordering, outcome, quoting
from billing.amendments.models import OrderApproval, Quote
from billing.amendments.ordering import Order
from billing.amendments.quoting import Change, Proposal
from billing.contracts import events, histories
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.dunning import entitlements
from billing.invoices import run
from billing.invoices.models import Document
from billing.money import Money
from billing.rating import service


class QuoteUnknown(Refusal):
    """No quote has this token."""

    code = "quote_unknown"


class QuoteExpired(Refusal):
    """The quote was good until a moment that has passed; a new one is needed."""

    code = "quote_expired"


class QuoteIsStale(Refusal):
    """The contract was changed since it was quoted, or went to another customer."""

    code = "quote_is_stale"


class QuoteRefused(Refusal):
    """An administrator said no to it."""

    code = "quote_refused"


class PriceDiffers(Refusal):
    """The change would cost something else now than it was quoted for."""

    code = "price_differs"


def apply(*, actor: User, token: UUID, at: datetime, today: date, chosen_with: Money | None = None) -> Quote:
    """Record the quoted change and issue what it costs today, or let it wait for an administrator: the quote's status says which.

    `chosen_with` is what all that was chosen at once commits to. Repeating the call returns the quote as it stands.

    Raises:
        QuoteUnknown, QuoteExpired, QuoteRefused: there is no such quote, it is too late, or somebody said no.
        QuoteIsStale: the contract was changed since, by what its reason says.
        PriceDiffers: some amount is no longer as quoted; its reason says which. Nothing happened then.
        Refusal: not within the actor's reach.
    """
    with _alarming(token, at):
        return _applied(actor, token, at, today, chosen_with)


@contextmanager
def _alarming(token: UUID, at: datetime) -> Iterator[None]:
    """Raise an alarm, after everything else was taken back, when the quote could not be kept."""
    try:
        yield
    except PriceDiffers as differs:
        differing.raise_alarm(_known(token), why=differs.reason, at=at)
        raise


def _applied(actor: User, token: UUID, at: datetime, today: date, chosen_with: Money | None) -> Quote:
    with transaction.atomic():
        quote = _known(token)
        access.decide(actor, access.CHANGE_CONTRACT, quote.customer).or_refuse()
        payer, quote = _hold(quote, today)
        if quote.status == Quote.Status.REFUSED:
            raise QuoteRefused(_("This was asked for and refused; ask for a new price to try again."))
        if quote.status != Quote.Status.OFFERED:
            return quote
        if at >= quote.expires_at:
            raise QuoteExpired(_("This price was good for half an hour; ask for a new one."))
        _of_its_customer_or_refuse(quote)
        limits.take_turn(actor)
        decision = limits.decide_on(actor, quote, at, chosen_with=chosen_with)
        if decision.approver:
            return approvals.request(quote, actor=actor, decision=decision, at=at, chosen_with=chosen_with)
        quote.committed_by, quote.committed_at = actor, at
        quote.committed_minor = limits.commitment(quote.outcome).amount_minor
        quote.save(update_fields=["committed_by", "committed_at", "committed_minor"])
        return _carry_out(quote, payer, actor=actor, at=at, today=today)


def decide(*, actor: User, approval: OrderApproval, approve: bool, note: str, at: datetime, today: date) -> OrderApproval:
    """Approve an order that waits, which makes the change happen at the quoted price, or refuse it with a reason.

    The same answer again changes nothing.

    Raises:
        AlreadyDecided, ReasonMissing: there is another answer already; or a no without a reason.
        QuoteExpired, QuoteIsStale, PriceDiffers: it can no longer be had as it was asked for.
        Refusal: not this person's to decide.
    """
    with _alarming(approval.quote_id, at), transaction.atomic():
        payer, quote = _hold(_known(approval.quote_id), today)
        approval = approvals.hold(approval)
        access.decide(actor, access.APPROVE_ORDERS, quote.customer).or_refuse()
        if answered := approvals.answered_or_none(approval, approve=approve):
            return answered
        approvals.may_decide(actor, approval).or_refuse()
        approvals.note_answer(approval, actor=actor, approve=approve, note=note, at=at)
        if approve:
            _refuse_when_too_late(quote, at)
            _of_its_customer_or_refuse(quote)
            _carry_out(quote, payer, actor=quote.asked_by, at=at, today=today)
        else:
            quote.status = Quote.Status.REFUSED
            quote.save(update_fields=["status"])
        return approval


def undo_scheduled(*, actor: User, event: ContractEvent, at: datetime, today: date) -> ContractEvent:
    """Take back a change that is still to come; add-ons that would have ended with it go on, and are looked at again, too.

    Raises:
        TooLateToUndo, NothingToUndo: it took effect, or was taken back already.
        BonusStandsOnIt: the subscription would cost less while a bonus is kept up.
        Refusal: not within the actor's reach, or going on as it was costs more than the actor may order for alone.
    """
    subscription = event.subscription
    access.decide(actor, access.CHANGE_CONTRACT, subscription.customer).or_refuse()
    with transaction.atomic():
        looked_at = [subscription, *events.following(event)]
        run.hold_payer(subscription.customer, [one.pk for one in looked_at], today)
        events.lock_contract(subscription)
        before = histories.history_of(subscription)
        undone = events.undo(actor=actor, event=event, at=at, today=today)
        after = histories.history_of(subscription)
        bonus.kept_up_or_refuse(subscription, before, after, today)
        would_have = service.check(before, after.events[-1])
        told = outcome.of_undoing(subscription, before, after, on=would_have, today=today)
        limits.decide(actor, subscription.customer, limits.commitment(told)).or_refuse()
        for one in looked_at:
            run.look_again(one, on=today)
        return undone


def _known(token: UUID) -> Quote:
    related = ("contract", "customer", "subscription__contract", "subscription__customer", "subscription__product", "asked_by")
    found = Quote.objects.filter(pk=token).select_related(*related).first()
    if found is None:
        raise QuoteUnknown(_("There is no such quote."))
    return found


def _hold(quote: Quote, today: date) -> tuple[Customer, Quote]:
    """Lock everybody whose money may move, the contract, then the quote; return who pays, and the quote as it stands."""
    payer = run.hold_payer(quote.customer, [quote.subscription_id] if quote.subscription_id else [], today)
    Contract.objects.select_for_update().get(pk=quote.contract_id)
    Quote.objects.select_for_update(of=("self",)).get(pk=quote.pk)
    return payer, _known(quote.pk)


def _refuse_when_too_late(quote: Quote, at: datetime) -> None:
    if at >= quote.expires_at:
        raise QuoteExpired(_("This price was held for two weeks; a new one has to be asked for."))


def _of_its_customer_or_refuse(quote: Quote) -> None:
    """Refuse a quote whose subscription is another customer's by now: access, limits and payer were asked for the one quoted."""
    if quote.subscription and quote.subscription.customer_id != quote.customer_id:
        raise QuoteIsStale(_("The subscription went to another customer since this was quoted."))


def _carry_out(quote: Quote, payer: Customer, *, actor: User, at: datetime, today: date) -> Quote:
    """Make the change under the locks, bill what it costs today, and see that every cent is as quoted."""
    subscription, takes_effect_on = (
        _changed(quote, quote.subscription, actor=actor, at=at, today=today)
        if quote.subscription
        else _started(quote, actor=actor, at=at, today=today)
    )
    documents: list[Document] = []
    if takes_effect_on <= today:
        documents = run.bill(payer=payer, on=today, at=at, only=subscription, actor=actor)
    _billed_as_quoted_or_refuse(quote, documents)
    quote.status, quote.subscription = Quote.Status.APPLIED, subscription
    quote.document = documents[0] if documents else None
    quote.save(update_fields=["status", "subscription", "document"])
    return quote


def _changed(quote: Quote, subscription: Subscription, *, actor: User, at: datetime, today: date) -> tuple[Subscription, date]:
    proposal = _as_quoted_or_refuse(quote, subscription, at=at, today=today)
    credit.decide(quote.customer, limits.commitment(quote.outcome), today).or_refuse()
    change = Change.from_json(quote.change)
    events.add(
        actor=actor, subscription=subscription, what=change.what, effective_on=proposal.effective_on, at=at,
        plan_version=proposal.plan_version, quantity=change.quantity, args=change.args,
    )  # fmt: skip
    return subscription, proposal.takes_effect_on


def _started(quote: Quote, *, actor: User, at: datetime, today: date) -> tuple[Subscription, date]:
    order = Order.from_json(quote.change)
    entitlements.of(quote.customer, today).or_refuse()
    credit.decide(quote.customer, limits.commitment(quote.outcome), today).or_refuse()
    _same_price_or_refuse(quote, ordering.rehearse(quote.contract, quote.customer, order, at=at, today=today))
    return ordering.start(actor, quote.contract, quote.customer, order, at=at), order.since


def _as_quoted_or_refuse(quote: Quote, subscription: Subscription, *, at: datetime, today: date) -> Proposal:
    since = list(subscription.events.order_by("sequence")[quote.history_length :].select_related("plan_version__plan"))
    if since:
        raise QuoteIsStale(
            _("The contract was changed meanwhile: {words}.").format(words=", ".join(events.words(event) for event in since))
        )
    change = Change.from_json(quote.change)
    proposal = quoting.propose(subscription, change, at=at, today=today, effective_on=quote.effective_on)
    _same_price_or_refuse(quote, quoting.priced(subscription, proposal, today=today))
    return proposal


def _same_price_or_refuse(quote: Quote, now: dict[str, object]) -> None:
    if changed := outcome.differences(quote.outcome, now):
        raise PriceDiffers(_("The price is no longer as quoted: {changed}.").format(changed=", ".join(changed)))


def _billed_as_quoted_or_refuse(quote: Quote, documents: list[Document]) -> None:
    billed = sum(document.total_minor for document in documents)
    if billed != quote.outcome["total_minor"]:
        currency = quote.outcome["currency"]
        quoted = Money(quote.outcome["total_minor"], currency)
        raise PriceDiffers(
            _("Issued would be {money} instead of the quoted {quoted}.").format(money=Money(billed, currency), quoted=quoted)
        )
