"""Mail that came in, what became of it, the files that came along, and call-backs that were asked for.

Written by support/channels/mail/taking.py, support/channels/files.py and support/channels/callbacks.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added


class IncomingMail(models.Model):
    """One mail as it came in, and what became of it; kept whole, so that nothing a sender wrote is lost. Only ever added."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("Opened a ticket")
        ADDED = "added", _("Added to a ticket")
        BOUNCE = "bounce", _("A mail of ours did not arrive")
        AUTO_REPLY = "auto_reply", _("A machine answered")
        LIST = "list", _("Written to a list")
        LOOP = "loop", _("Our own mail came back")
        SPAM = "spam", _("Marked as spam")
        TOO_LARGE = "too_large", _("Too large")
        EMPTY = "empty", _("Nothing to read")
        REFUSED = "refused", _("Refused")

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the raw mail: the same mail is taken once.")
    rfc_id = models.CharField(max_length=510, blank=True, help_text="Its Message-ID.")
    sender = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=300, blank=True)
    failed_addresses = models.JSONField(default=list)
    ticket = models.ForeignKey("support.Ticket", null=True, on_delete=models.PROTECT, related_name="mails")
    message = models.OneToOneField("support.Message", null=True, on_delete=models.PROTECT, related_name="mail")
    raw = models.BinaryField()
    came_at = models.DateTimeField()

    class Meta:
        verbose_name = "incoming mail"
        verbose_name_plural = "incoming mail"
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome__in=["opened", "added"]) | Q(ticket__isnull=False, message__isnull=False),
                name="mail_that_was_taken_has_its_message",
            )
        ]
        indexes = [
            models.Index(fields=["rfc_id"], name="mail_by_message_id", condition=~Q(rfc_id="")),
            models.Index(fields=["-came_at", "-id"], name="mail_latest"),
        ]
        triggers = only_added("incoming_mail")

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject[:60]}"


class Attachment(models.Model):
    """A file that came with a message. Served as a download only; `content_type` is what its bytes are, not what was claimed."""

    message = models.ForeignKey("support.Message", on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["message", "digest", "name"], name="a_file_is_attached_once")]
        triggers = only_added("attachment")

    def __str__(self) -> str:
        return self.name


class CallBack(models.Model):
    """A call somebody asked for, within a window of our hours. Written by support/channels/callbacks.py. Steps: STEPS there."""

    class State(models.TextChoices):
        OPEN = "open", _("Asked for")
        DONE = "done", _("Done")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="callbacks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40)
    topic = models.CharField(max_length=200)
    since = models.DateTimeField(help_text="From when on the call is wanted.")
    until = models.DateTimeField(help_text="By when it is late.")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often we called and reached nobody.")
    tried_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)

    class Meta:
        verbose_name = "call-back"
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(state="open"), name="one_open_call_back_per_ticket"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="call_back_window_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | ~Q(state="open") & Q(ended_at__isnull=False),
                name="call_back_that_ended_has_its_moment",
            ),
            models.CheckConstraint(condition=~Q(state="done") | Q(called_by__isnull=False), name="call_back_done_says_by_whom"),
        ]
        indexes = [models.Index(fields=["until", "id"], condition=Q(state="open"), name="call_back_open")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.topic[:60]}"
