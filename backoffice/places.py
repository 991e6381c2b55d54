"""Places: what an address of the back office names, loaded through the viewer's reach. What is not within reach is not found."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.people import access
from accounts.people.models import Membership, User
from billing.anomalies.models import Finding
from billing.contracts.models import Subscription
from billing.invoices import selectors as invoice_selectors
from billing.invoices.models import Document
from support.channels import callbacks
from support.channels.chat import chats
from support.channels.chat.models import Chat
from support.channels.models import CallBack
from support.tickets import threads
from support.tickets.models import Ticket


def customer(request: HttpRequest, number: str) -> Customer:
    """Return the customer this number leads to; that of a merged one leads to its survivor."""
    reach = access.customers_within_reach(request.user)
    return get_object_or_404(reach.select_related("kind").numbered(number))


def today(node: Customer) -> date:
    """Return the day it is where the customer is."""
    return local_day(timezone.now(), node.timezone)


def ticket(request: HttpRequest, ref: str) -> Ticket:
    """Return the ticket with what its page shows beside it."""
    rows = threads.visible_to(request.user)
    beside = rows.select_related(
        "customer__kind", "requester", "assignee", "speaker", "document", "line__document", "finding", "merged_into", "problem"
    )
    return get_object_or_404(beside, ref=ref)


def chat(request: HttpRequest, pk: int) -> Chat:
    """Return the chat, on a ticket of a customer within reach."""
    return get_object_or_404(chats.visible_to(request.user), pk=pk)


def callback(request: HttpRequest, pk: int) -> CallBack:
    """Return the call that was wanted, by a customer within reach."""
    return get_object_or_404(callbacks.visible_to(request.user), pk=pk)


def subscription(request: HttpRequest, ref: str) -> Subscription:
    """Return the subscription of a customer within reach."""
    within = Subscription.objects.filter(customer__in=access.customers_within_reach(request.user))
    return get_object_or_404(within.select_related("customer__kind", "product"), ref=ref)


def document(request: HttpRequest, ref: str) -> Document:
    """Return the invoice or credit note."""
    rows = invoice_selectors.visible_to(request.user)
    return get_object_or_404(rows.select_related("customer__kind", "receiver", "legal_entity", "corrects"), ref=ref)


def finding_on_a_line(request: HttpRequest, ref: str) -> Finding:
    """Return the billing error found on a line."""
    within = Finding.objects.filter(customer__in=access.customers_within_reach(request.user), line__isnull=False)
    return get_object_or_404(within.select_related("customer", "line__document"), ref=ref)


def people_of(customer: Customer) -> QuerySet[User]:
    """Return the people who may act for a customer, for whom something can be written down."""
    held = Membership.objects.in_force().filter(
        Q(scope=Membership.Scope.SUBTREE) | Q(customer=customer), customer__in=Customer.objects.above(customer),
        effect=Membership.Effect.ALLOW,
    )  # fmt: skip
    return User.objects.filter(pk__in=held.values("user"), is_active=True, is_program=False).order_by("email")
