"""Tickets and their messages. Written by support/tickets/conversation.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.append_only import only_added
from accounts.customers.models import Customer


class TicketQuerySet(models.QuerySet["Ticket"]):
    def unresolved(self) -> "TicketQuerySet":
        """Tickets somebody still has to act on."""
        return self.exclude(status=Ticket.Status.RESOLVED)

    def for_customers(self, customers: "models.QuerySet[Customer]") -> "TicketQuerySet":
        """Tickets about any of `customers`."""
        return self.filter(customer__in=customers)


class Ticket(models.Model):
    """A customer's issue as it is worked on. Written by support/tickets/conversation.py. Steps: STEPS there."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        WAITING = "waiting", "Waiting for the customer"
        APPROVAL = "approval", "Waiting for approval"
        RESOLVED = "resolved", "Resolved"

    class Kind(models.TextChoices):
        BILLING = "billing", "Billing"
        CONTRACT = "contract", "Contract"
        TECHNICAL = "technical", "Technical"
        OTHER = "other", "Something else"

    class Priority(models.TextChoices):
        URGENT = "1", "Urgent"
        HIGH = "2", "High"
        NORMAL = "3", "Normal"

    class Channel(models.TextChoices):
        PORTAL = "portal", "Portal"
        PHONE = "phone", "Phone"
        EMAIL = "email", "E-mail"

    ref = models.CharField(max_length=20, unique=True)
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="tickets")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="tickets")
    subject = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OTHER)
    priority = models.CharField(max_length=1, choices=Priority, default=Priority.NORMAL)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.PORTAL)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_tickets"
    )
    document = models.ForeignKey("billing.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    line = models.ForeignKey("billing.Line", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    finding = models.ForeignKey("billing.Finding", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    key = models.UUIDField(null=True, unique=True, help_text="From the form: sending it twice opens one ticket.")
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="resolved", resolved_at__isnull=False) | ~Q(status="resolved"),
                name="resolved_ticket_has_its_moment",
            )
        ]
        indexes = [
            models.Index(fields=["status", "priority", "opened_at", "id"], name="ticket_queue"),
            models.Index(fields=["customer", "-touched_at"], name="ticket_by_customer"),
            models.Index(fields=["assignee", "status"], name="ticket_by_assignee"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.subject}"


class Message(models.Model):
    """One message of a ticket's conversation; internal notes are for staff only. Only ever added."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    from_staff = models.BooleanField(default=False)
    internal = models.BooleanField(default=False)
    text = models.TextField()
    sent_at = models.DateTimeField()
    key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["sent_at", "id"]
        indexes = [models.Index(fields=["ticket", "sent_at"], name="message_by_ticket")]
        triggers = only_added("message")

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.text[:40]}"
