"""Mail that came in, what became of it, and the files that came along.

Written by support/channels/mail/taking.py and support/channels/files.py.
"""

from django.db import models
from django.db.models import Q

from accounts.append_only import only_added


class IncomingMail(models.Model):
    """One mail as it came in, and what became of it; kept whole, so that nothing a sender wrote is lost. Only ever added."""

    class Outcome(models.TextChoices):
        OPENED = "opened", "Opened a ticket"
        ADDED = "added", "Added to a ticket"
        BOUNCE = "bounce", "A mail of ours did not arrive"
        AUTO_REPLY = "auto_reply", "A machine answered"
        LIST = "list", "Written to a list"
        LOOP = "loop", "Our own mail came back"
        SPAM = "spam", "Marked as spam"
        TOO_LARGE = "too_large", "Too large"
        EMPTY = "empty", "Nothing to read"
        REFUSED = "refused", "Refused"

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
