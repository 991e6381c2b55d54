"""Tickets and their messages. Written by support/tickets/conversation.py."""

from typing import Final

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from accounts.customers.models import Customer
from accounts.reading import ReadQuickly

QUEUE_ORDER: Final = ("status", "priority", "opened_at", "id")
UNRESOLVED: Final = ~Q(status="resolved")


class MomentRange(Func):
    """The half-open range of moments between two columns."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


# A promise to the customer is kept or taken back before its ticket, or the one that was merged into, ends: the last lock on it.
no_promise_left_open = pgtrigger.Trigger(
    name="no_promise_is_left_open",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__status="resolved", new__merged_into__isnull=True) & ~pgtrigger.Q(old__status="resolved"),
    func="""
        IF EXISTS (SELECT 1 FROM support_promise p JOIN support_ticket t ON t.id = p.ticket_id
                    WHERE p.state = 'open' AND (t.id = NEW.id OR t.merged_into_id = NEW.id)) THEN
            RAISE EXCEPTION 'ticket % has an open promise', NEW.ref USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)

# A merged ticket is read with one that stands by itself: no chains and no circles, whoever writes at once.
merged_into_one_that_stands = pgtrigger.Trigger(
    name="merged_into_one_that_stands",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("merged_into_id"),  # type: ignore[no-untyped-call] # pgtrigger is
    condition=pgtrigger.Q(new__merged_into__isnull=False),
    func="""
        PERFORM 1 FROM support_ticket WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR SHARE;
        IF NOT FOUND OR EXISTS (SELECT 1 FROM support_ticket WHERE merged_into_id = NEW.id) THEN
            RAISE EXCEPTION 'ticket % is merged into one that is merged itself', NEW.ref
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def unresolved(self) -> "TicketQuerySet":
        """Tickets somebody still has to act on."""
        return self.exclude(status=Ticket.Status.RESOLVED)

    def standing(self) -> "TicketQuerySet":
        """Tickets that were not merged into another one."""
        return self.filter(merged_into=None)

    def threaded_with(self, ticket: "Ticket") -> "TicketQuerySet":
        """The tickets that are read as one with `ticket`: itself and those merged into it."""
        return self.filter(Q(pk=ticket.pk) | Q(merged_into=ticket.pk))

    def for_customers(self, customers: "models.QuerySet[Customer]") -> "TicketQuerySet":
        """Tickets about any of `customers`."""
        return self.filter(customer__in=customers)


class Ticket(ReadQuickly):
    """A customer's issue as it is worked on. Written by support/tickets/conversation.py. Steps: STEPS there."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waiting for the customer")
        APPROVAL = "approval", _("Waiting for approval")
        RESOLVED = "resolved", _("Resolved")

    class Kind(models.TextChoices):
        BILLING = "billing", _("Billing")
        CONTRACT = "contract", _("Contract")
        TECHNICAL = "technical", _("Technical")
        OTHER = "other", _("Something else")

    class Priority(models.TextChoices):
        URGENT = "1", _("Urgent")
        HIGH = "2", _("High")
        NORMAL = "3", _("Normal")

    class Channel(models.TextChoices):
        PORTAL = "portal", _("Portal")
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")
        CHAT = "chat", _("Chat")

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
    speaker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="In a conflict: the only one of us who writes to the customer.",
    )  # fmt: skip
    tags = ArrayField(models.CharField(max_length=40), default=list, db_default=[], blank=True)
    fields = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True, help_text="Values by the code of their field."
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )  # indexed below, without the tickets that stand by themselves: nearly all
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    problem = models.ForeignKey("support.Problem", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    split_from = models.ForeignKey("support.Message", null=True, blank=True, on_delete=models.PROTECT, related_name="split_into")
    # Indexes of what the clocks say, reckoned anew by deadlines.py with every event; the truth are the messages and activities.
    due_at = models.DateTimeField(null=True, blank=True)
    due_clock = models.CharField(max_length=16, blank=True, default="", db_default="")
    risk_at = models.DateTimeField(null=True, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    reckoned_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="resolved", resolved_at__isnull=False) | ~Q(status="resolved"),
                name="resolved_ticket_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(status="resolved", outcome="merged"), name="merged_ticket_has_ended"
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="ticket_is_not_its_own_parent"),
        ]
        triggers = [no_promise_left_open, merged_into_one_that_stands]
        indexes = [
            models.Index(fields=QUEUE_ORDER, name="ticket_queue"),
            models.Index(fields=["customer", "-touched_at"], name="ticket_by_customer"),
            models.Index(fields=QUEUE_ORDER, include=["customer"], condition=UNRESOLVED, name="ticket_unresolved"),
            models.Index(
                fields=["assignee", *QUEUE_ORDER],
                include=["customer"],
                condition=UNRESOLVED,
                name="ticket_unresolved_assigned",
            ),
            models.Index(fields=["due_at", "id"], include=["customer"], condition=~Q(due_at=None), name="ticket_by_due"),
            models.Index(fields=["merged_into"], condition=~Q(merged_into=None), name="ticket_merged"),
            GistIndex(MomentRange("risk_at", "due_at"), condition=~Q(due_at=None), name="ticket_at_risk"),
            models.Index(fields=QUEUE_ORDER, condition=Q(outcome="declined"), name="ticket_declined"),
            models.Index(fields=["resolved_at", "id"], condition=~Q(resolved_at=None), name="ticket_by_end"),
            models.Index(fields=["opened_at", "id"], name="ticket_by_opening"),
            models.Index(fields=["reckoned_at"], condition=UNRESOLVED, name="ticket_to_reckon"),
            GinIndex(fields=["tags"], name="ticket_by_tag"),
            GinIndex(fields=["fields"], name="ticket_by_field", opclasses=["jsonb_path_ops"]),
            GinIndex(OpClass(Upper("subject"), name="gin_trgm_ops"), name="ticket_by_subject"),
            models.Index(fields=["next_step_at"], condition=~Q(next_step_at=None), name="ticket_by_next_step"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.subject}"


class Message(models.Model):
    """One message of a ticket's conversation; internal notes are for staff only. Only ever added."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    from_staff = models.BooleanField(default=False)
    internal = models.BooleanField(default=False)
    asks = models.BooleanField(
        default=False, db_default=False, help_text="We asked the customer something and wait for the answer."
    )
    confidential = models.BooleanField(
        default=False, db_default=False, help_text="About the customer's money: who raised the ticket for it does not read it."
    )
    text = models.TextField()
    sent_at = models.DateTimeField()
    key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["sent_at", "id"]
        indexes = [models.Index(fields=["ticket", "sent_at"], name="message_by_ticket")]
        triggers = only_added("message")

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.text[:40]}"
