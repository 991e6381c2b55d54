"""Skills: what a kind of ticket asks of the agent it is given to, and who can do it. Written by support/tickets/skills.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from support.tickets.models import Ticket


class SkillNeed(models.Model):
    """What tickets of a kind ask for: the skill of that name, and a certificate if it names one."""

    kind = models.CharField(_("tickets of the kind"), max_length=12, choices=Ticket.Kind, unique=True)
    certificate = models.SlugField(
        _("certificate"), max_length=60, blank=True, help_text=_("The policy whose quiz has to be passed; empty: none.")
    )
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["kind"]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class SkillHeld(models.Model):
    """Somebody who can work on tickets of a kind, from a moment on and until it was taken back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="skills")
    kind = models.CharField(max_length=12, choices=Ticket.Kind)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], condition=Q(until=None), name="skill_is_held_once_at_a_time"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="skill_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"
