"""Places: what an address of the portal names, loaded through the viewer's reach.

Whatever is not within reach is not found. The customer a page stands at is remembered on the request, for the frame around it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Exists, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation, RelationKind
from accounts.days import local_day
from accounts.people import access, asked, relations
from accounts.people.access import Action
from accounts.people.models import ApiKey, Membership, User
from accounts.quality import positions
from accounts.quality.models import ChangeRequest
from accounts.single_sign_on.models import MailDomain, NamedAdministrator, SignInProvider
from accounts.webhooks.models import WebhookEndpoint
from billing.amendments.bulk.models import BulkChange
from billing.amendments.models import OrderApproval, Quote
from billing.anomalies.models import Finding
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.dunning.models import Dispute
from billing.invoices import selectors as invoice_selectors
from billing.invoices.models import Document, Line
from billing.payments import selectors as payment_selectors
from billing.payments.models import Payment, PaymentMethod
from portal import spans, subscriptions_seen
from portal.spans import Span
from support.channels.models import CallBack
from support.tickets import behalf, threads
from support.tickets.models import Ticket

Row = TypeVar("Row")
LONGEST_POSITION: Final = 9  # digits
WITH_A_CONTRACT: Final = ("customer__kind", "legal_entity")


def node(request: HttpRequest, number: str, action: Action = access.SEE_CUSTOMER) -> Customer:
    """Return the customer this number leads to, for whom the viewer may take `action`, and stand there."""
    reach = access.customers_within_reach(request.user, action)
    return stand_at(request, get_object_or_404(reach.select_related("kind").numbered(number)))


def highest(request: HttpRequest) -> Customer | None:
    """Return the highest customer the visitor may see, where they land when they come in."""
    reach = access.customers_within_reach(request.user).current()
    return reach.select_related("kind").order_by("level", "tree_id", "lft").first()


def rights(request: HttpRequest) -> access.Rights:
    """Return what the visitor holds, looked up once a request; pages for everybody were not asked for it before."""
    known: access.Rights = getattr(request, "rights", None) or access.rights(request.user)
    return known


def standing(request: HttpRequest, customer: Customer) -> access.Standing:
    """Return how the visitor stands at `customer`, looked up once a page."""
    known = request.__dict__.setdefault("standings", {})
    if customer.pk not in known:
        known[customer.pk] = rights(request).at(customer)
    return known[customer.pk]


def stand_at(request: HttpRequest, customer: Customer) -> Customer:
    """Remember the customer the page stands at."""
    request.node = customer
    return customer


def span(request: HttpRequest, node: Customer, action: Action = access.SEE_MONEY) -> Span:
    """Return the node with everything below it, or alone when the address says `?span=node`."""
    return spans.within(request.user, action, node, whole=request.GET.get("span") != "node")


def contract(request: HttpRequest, ref: str) -> Contract:
    """Return the contract, of a customer within reach or with a subscription of one; only those subscriptions come with it."""
    found = _one_of(_contract(viewer=request.user, ref=ref))
    whole = standing(request, found.customer).may(access.SEE_MONEY).allowed
    subscriptions_seen.keep(found, viewer=request.user, whole=whole)
    return _standing(request, found)


@asked.statement
def _contract(viewer: User, ref: str) -> QuerySet[Contract]:
    signed = Contract.objects.filter(ref=ref).values("customer")
    used = Subscription.objects.filter(contract__ref=ref).values("customer")
    seen = access.customers_within_reach(viewer, access.SEE_MONEY).filter(Q(pk__in=signed) | Q(pk__in=used))
    return Contract.objects.filter(Exists(seen), ref=ref).select_related(*WITH_A_CONTRACT)


def contracts_within(reach: QuerySet[Customer]) -> QuerySet[Contract]:
    """The contracts that customers within `reach` signed or use."""
    used = Subscription.objects.filter(customer__in=reach).values("contract")
    return Contract.objects.filter(Q(customer__in=reach) | Q(pk__in=used)).select_related(*WITH_A_CONTRACT)


def _standing(request: HttpRequest, found: Contract) -> Contract:
    """Stand where the contract was signed, or where it is used when the signer is out of reach."""
    if standing(request, found.customer).may(access.SEE_MONEY).allowed:
        stand_at(request, found.customer)
    else:
        stand_at(request, found.subscriptions.all()[0].customer)
    return found


def subscription(request: HttpRequest, ref: str) -> Subscription:
    """Return the subscription, if the viewer may change the contract for the customer who uses it."""
    reach = access.customers_within_reach(request.user, access.CHANGE_CONTRACT)
    rows = Subscription.objects.filter(customer__in=reach).select_related("customer__kind", "contract", "product")
    found = get_object_or_404(rows, ref=ref)
    stand_at(request, found.customer)
    return found


def subscription_to_see(request: HttpRequest, ref: str) -> Subscription:
    """Return the subscription, of a customer whose money the viewer may see, and stand there."""
    reach = access.customers_within_reach(request.user, access.SEE_MONEY)
    found = get_object_or_404(
        Subscription.objects.filter(customer__in=reach).select_related("customer__kind", "product"), ref=ref
    )
    stand_at(request, found.customer)
    return found


def bulk_change(request: HttpRequest, token: UUID) -> BulkChange:
    """Return the file of changes, of a customer whose contracts the viewer may change, and stand there."""
    reach = access.customers_within_reach(request.user, access.CHANGE_CONTRACT)
    rows = BulkChange.objects.filter(customer__in=reach).select_related("customer__kind", "asked_by")
    found = get_object_or_404(rows, pk=token)
    stand_at(request, found.customer)
    return found


def event(request: HttpRequest, pk: int) -> ContractEvent:
    """Return the dated change of a subscription that the viewer may change."""
    reach = access.customers_within_reach(request.user, access.CHANGE_CONTRACT)
    rows = ContractEvent.objects.filter(subscription__customer__in=reach).select_related("subscription__contract")
    return get_object_or_404(rows, pk=pk)


def quote(request: HttpRequest, token: str) -> Quote:
    """Return the quote for a subscription that the viewer may change."""
    reach = access.customers_within_reach(request.user, access.CHANGE_CONTRACT)
    related = ("customer__kind", "contract", "subscription__product", "document", "approval__decided_by", "asked_by")
    found = get_object_or_404(Quote.objects.filter(customer__in=reach).select_related(*related), pk=token)
    stand_at(request, found.customer)
    return found


def order_approval(request: HttpRequest, pk: int) -> OrderApproval:
    """Return the order that waits or waited, at a customer whose orders the viewer decides."""
    reach = access.customers_within_reach(request.user, access.APPROVE_ORDERS)
    rows = OrderApproval.objects.filter(quote__customer__in=reach).select_related("quote__contract", "quote__customer__kind")
    found = get_object_or_404(rows, pk=pk)
    stand_at(request, found.quote.customer)
    return found


def orderers(request: HttpRequest, agreed: Contract) -> QuerySet[Customer]:
    """Return the customers that may use more under a contract, of those for which the viewer may order."""
    reach = access.customers_within_reach(request.user, access.CHANGE_CONTRACT)
    return reach.below(agreed.customer).current().order_by("lft")


def may_order(request: HttpRequest, agreed: Contract) -> bool:
    """Say whether there are such customers; who signed it is one as a rule, and is known already."""
    signer = agreed.customer
    if signer.merged_into_id is None and standing(request, signer).may(access.CHANGE_CONTRACT).allowed:
        return True
    return orderers(request, agreed).exists()


def document(request: HttpRequest, ref: str) -> Document:
    """Return the invoice or credit note, and with it whether a payment for it waits for its outcome (`is_checked`)."""
    found = _one_of(_document(viewer=request.user, ref=ref))
    stand_at(request, found.customer)
    return found


@asked.statement
def _document(viewer: User, ref: str) -> QuerySet[Document]:
    rows = invoice_selectors.visible_to(viewer).filter(ref=ref).annotate(is_checked=payment_selectors.is_being_checked())
    return rows.select_related("customer__kind", "receiver", "legal_entity", "corrects")


def _one_of(rows: list[Row]) -> Row:
    if not rows:
        raise Http404
    return rows[0]


def document_to_pay(request: HttpRequest, ref: str) -> Document:
    """Return the invoice, of a customer for whom the viewer may pay."""
    reach = access.customers_within_reach(request.user, access.PAY)
    found = get_object_or_404(Document.objects.issued().filter(customer__in=reach).select_related("customer"), ref=ref)
    stand_at(request, found.customer)
    return found


def payment(request: HttpRequest, ref: str) -> Payment:
    """Return the payment."""
    rows = payment_selectors.visible_to(request.user)
    found = get_object_or_404(rows.select_related("payer__kind", "paid_by"), ref=ref)
    stand_at(request, found.payer)
    return found


def payment_to_make(request: HttpRequest, ref: str) -> Payment:
    """Return the payment, of a payer for whom the viewer may pay, and stand there."""
    reach = access.customers_within_reach(request.user, access.PAY)
    found = get_object_or_404(Payment.objects.filter(payer__in=reach).select_related("payer__kind"), ref=ref)
    stand_at(request, found.payer)
    return found


def method(request: HttpRequest, pk: int) -> PaymentMethod:
    """Return the way to pay, kept at a customer for whom the viewer may pay, and stand there."""
    reach = access.customers_within_reach(request.user, access.PAY)
    rows = PaymentMethod.objects.filter(customer__in=reach, removed_at=None).select_related("customer__kind")
    found = get_object_or_404(rows, pk=pk)
    stand_at(request, found.customer)
    return found


def ticket(request: HttpRequest, ref: str) -> Ticket:
    """Return the ticket; a merged one leads to its survivor."""
    rows = threads.visible_to(request.user)
    found = get_object_or_404(rows.select_related("customer__kind", "document", "line__document", "assignee", "finding"), ref=ref)
    if found.merged_into_id:
        found = (
            rows.select_related("customer__kind", "document", "line__document").filter(pk=found.merged_into_id).first() or found
        )
    stand_at(request, found.customer)
    return found


def relation(request: HttpRequest, node: Customer, pk: int) -> Relation:
    """Return the relation under which `node` raises tickets for another, while it holds."""
    held = access.relations_within_reach(request.user, access.ASK_FOR_HELP).filter(kind__shows=RelationKind.Shows.TICKETS)
    related = held.filter(customer__in=node.as_one()).select_related("kind", "customer", "other__merged_into")
    return get_object_or_404(related, pk=pk)


def shared_ticket(request: HttpRequest, ref: str) -> Ticket:
    """Return the ticket that a customer of the visitor raised for another, and stand at who raised it."""
    found = get_object_or_404(behalf.shared_with(request.user).select_related("customer", "assignee"), ref=ref)
    raised = relations.raised_under(ref)
    if raised:
        stand_at(request, raised.customer)
    return found


def callback(request: HttpRequest, pk: int) -> CallBack:
    """Return the call that was wanted, of a customer for whom the viewer may ask for help, and stand there."""
    reach = access.customers_within_reach(request.user, access.ASK_FOR_HELP)
    rows = CallBack.objects.filter(ticket__customer__in=reach).select_related("ticket__customer__kind")
    found = get_object_or_404(rows, pk=pk)
    stand_at(request, found.ticket.customer)
    return found


def payer(request: HttpRequest, customer: Customer) -> Customer | None:
    """Return who pays today for `customer`, whom the visitor may see; None when that is somebody they may not see."""
    named = responsibilities.answering_keys([customer.pk], responsibilities.PAYER, today(customer))
    paying = named.get(customer.pk, customer.pk)
    return customer if paying == customer.pk else next(iter(_payer(viewer=request.user, paying=paying)), None)


@asked.statement
def _payer(viewer: User, paying: int) -> QuerySet[Customer]:
    return access.customers_within_reach(viewer).filter(pk=paying)


def today(customer: Customer) -> date:
    """Return the customer's own day."""
    return local_day(timezone.now(), customer.timezone)


def today_under(agreed: Contract) -> date:
    """Return the day on which changes of a contract are made: the contract's own, wherever the visitor is."""
    return local_day(timezone.now(), agreed.timezone)


def matter(request: HttpRequest, ref: str, position: int | str | None) -> tuple[Document | None, Line | None]:
    """Return the document a question is about and the line on it, as far as they were named."""
    if not ref:
        return None, None
    if "\x00" in ref:
        raise Http404
    named = get_object_or_404(invoice_selectors.visible_to(request.user).select_related("customer"), ref=ref)
    if not position or not str(position).isdecimal():
        return named, None
    if len(str(position)) > LONGEST_POSITION:
        raise Http404
    lines = named.lines.select_related("customer", "product", "document__customer")
    return named, get_object_or_404(lines, position=int(position))


def payable(request: HttpRequest, refs: Iterable[str]) -> list[Document]:
    """Return the documents with these numbers, of customers for whom the viewer may pay; all of them, or none is found."""
    wanted, reach = set(refs), access.customers_within_reach(request.user, access.PAY)
    if any("\x00" in ref for ref in wanted):
        raise Http404
    found = Document.objects.issued().filter(ref__in=wanted, customer__in=reach).select_related("customer")
    chosen = list(found.order_by("due_on", "pk"))
    if len(chosen) < len(wanted):
        raise Http404
    return chosen


def subscriptions_below(request: HttpRequest, node: Customer, refs: Iterable[str]) -> list[Subscription]:
    """Return the subscriptions with these numbers at `node` or below it; all of them, or none is found."""
    wanted, reach = set(refs), access.customers_within_reach(request.user, access.CHANGE_CONTRACT)
    found = list(Subscription.objects.filter(ref__in=wanted, customer__in=reach.below(node)))
    if len(found) < len(wanted):
        raise Http404
    return found


def change_request(request: HttpRequest, pk: int, action: Action) -> ChangeRequest:
    """Return the change asked for, at a customer for whom the viewer may take `action`, and stand there.

    What our own people ask for among themselves is not found.
    """
    reach = access.customers_within_reach(request.user, action)
    rows = (
        ChangeRequest.objects.filter(customer__in=reach)
        .exclude(positions.between_us())
        .select_related("customer__kind", "asked_by")
    )
    found = get_object_or_404(rows, pk=pk)
    stand_at(request, found.customer)
    return found


def dispute(request: HttpRequest, pk: int) -> Dispute:
    """Return the dispute, of a customer for whom the viewer may ask for changes."""
    reach = access.customers_within_reach(request.user, access.REQUEST_CHANGES)
    rows = Dispute.objects.filter(line__document__customer__in=reach).select_related("line__document__customer")
    return get_object_or_404(rows, pk=pk)


def finding(request: HttpRequest, ref: str) -> Finding:
    """Return the billing error on a line, at a customer for whom the viewer may ask for changes."""
    reach = access.customers_within_reach(request.user, access.REQUEST_CHANGES)
    related = ("customer", "line__document__customer", "twin__document")
    rows = Finding.objects.filter(customer__in=reach, line__document__customer__in=reach, twin__isnull=False).select_related(
        *related
    )
    return get_object_or_404(rows, ref=ref)


def api_key(node: Customer, pk: int) -> ApiKey:
    """Return the key, of a program of this customer."""
    return get_object_or_404(ApiKey.objects.filter(customer=node).select_related("made_by", "customer"), pk=pk)


def webhook(node: Customer, pk: int) -> WebhookEndpoint:
    """Return the webhook of this customer; one that was removed can still be looked at."""
    rows = WebhookEndpoint.objects.filter(customer=node).select_related("customer", "registered_by")
    return get_object_or_404(rows, pk=pk)


def sign_in_providers(request: HttpRequest) -> QuerySet[SignInProvider]:
    """Return the sign-in providers of customers whose people the viewer manages, with what leads there."""
    reach = access.customers_within_reach(request.user, access.MANAGE_PEOPLE)
    named = Prefetch("named_administrators", NamedAdministrator.objects.select_related("user").order_by("pk"))
    rows = SignInProvider.objects.filter(customer__in=reach).select_related("customer", "joins_at")
    return rows.prefetch_related(Prefetch("domains", MailDomain.objects.order_by("pk")), named)


def sign_in_provider(request: HttpRequest, ref: str) -> SignInProvider:
    """Return one of them."""
    return get_object_or_404(sign_in_providers(request), ref=ref)


def mail_domain(provider: SignInProvider, pk: int) -> MailDomain:
    """Return a mail domain of this provider."""
    return get_object_or_404(MailDomain.objects.select_related("provider__customer"), provider=provider, pk=pk)


def named_administrator(provider: SignInProvider, pk: int) -> NamedAdministrator:
    """Return who is named at this provider."""
    return get_object_or_404(NamedAdministrator.objects.select_related("provider", "user"), provider=provider, pk=pk)


def membership(request: HttpRequest, pk: int) -> Membership:
    """Return the membership, at a customer whose people the viewer manages."""
    reach = access.customers_within_reach(request.user, access.MANAGE_PEOPLE)
    return get_object_or_404(Membership.objects.in_force().filter(customer__in=reach).select_related("customer", "user"), pk=pk)
