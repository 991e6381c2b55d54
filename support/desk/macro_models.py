"""Macros, saved views, replies that rest, drafts and who is there. Each names its writer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added


class Macro(models.Model):
    """A change to a ticket that is written down. Written by support/desk/macros.py."""

    code = models.SlugField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class MacroVersion(models.Model):
    """What a macro does, from the moment it was written until the next version. Written by support/desk/macros.py."""

    macro = models.ForeignKey(Macro, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=120)
    change = models.JSONField(help_text="What happens to the ticket; see support/desk/changes.py.")
    inputs = models.JSONField(default=list, help_text="What the agent fills in: name and label of each.")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["macro", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["macro", "number"], name="one_macro_version_per_number"),
            models.CheckConstraint(condition=~Q(label=""), name="macro_has_a_label"),
        ]
        triggers = only_added("macroversion")

    def __str__(self) -> str:
        return f"{self.label}, version {self.number}"


class MacroFile(models.Model):
    """A file that goes along with a macro's words. Written by support/desk/macros.py."""

    version = models.ForeignKey(MacroVersion, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=150)
    content = models.BinaryField()

    class Meta:
        ordering = ["pk"]
        triggers = only_added("macrofile")

    def __str__(self) -> str:
        return self.name


class MacroUse(models.Model):
    """One use of a version of a macro. Written by support/desk/macros.py."""

    version = models.ForeignKey(MacroVersion, on_delete=models.PROTECT, related_name="uses")
    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="macro_uses")
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField()
    key = models.UUIDField(unique=True)

    class Meta:
        triggers = only_added("macrouse")

    def __str__(self) -> str:
        return f"{self.version} on {self.ticket_id}"


class SavedView(models.Model):
    """Filters of the list of tickets under a name, for oneself or for everybody. Written by support/desk/saved_views.py."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    filters = models.JSONField()
    shared = models.BooleanField(default=False)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_view_of_a_name_per_person"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Outgoing(models.Model):
    """A reply that rests before it leaves, and may be taken back meanwhile. Written by support/desk/outgoing.py."""

    class Status(models.TextChoices):
        RESTING = "resting", _("Leaves soon")
        SENT = "sent", _("Sent")
        TAKEN_BACK = "taken_back", _("Taken back")
        REFUSED = "refused", _("Could not be sent")

    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="outgoing")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    change = models.JSONField(help_text="What happens when it leaves; see support/desk/changes.py.")
    promise = models.JSONField(null=True, help_text="What it promises and by which day.")
    macro = models.ForeignKey(MacroVersion, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RESTING)
    words = models.CharField(max_length=300, blank=True, help_text="Why it could not be sent.")
    written_at = models.DateTimeField()
    leaves_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "outgoing"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="resting", ended_at=None) | ~Q(status="resting") & Q(ended_at__isnull=False),
                name="reply_that_ended_has_its_moment",
            )
        ]
        indexes = [models.Index(fields=["leaves_at"], condition=Q(status="resting"), name="reply_leaving")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.get_status_display()}"


class OutgoingFile(models.Model):
    """A file that goes with a resting reply. Written by support/desk/outgoing.py."""

    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=150)
    content = models.BinaryField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class TicketDraft(models.Model):
    """What somebody began to write on a ticket, for whoever goes on with it. Written by support/desk/company.py."""

    ticket = models.OneToOneField("support.Ticket", on_delete=models.CASCADE, related_name="draft")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.text[:40]}"


class TicketPresence(models.Model):
    """Who has a ticket open, and since when they type. Written by support/desk/company.py."""

    ticket = models.ForeignKey("support.Ticket", on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    wrote_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="a_person_is_once_at_a_ticket")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.ticket_id}"
