"""Tags: the words tickets are found by, as a managed list. Written by support/tickets/tags.py."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    """A word for tickets. Tickets bear it by name; a retired one stays where it is and is not put on any more."""

    name = models.CharField(_("tag"), max_length=40, unique=True)
    purpose = models.CharField(_("what it is for"), max_length=200, blank=True)
    retired = models.BooleanField(_("retired"), default=False, help_text=_("It stays on tickets and is no longer put on others."))
    coined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("coined by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    coined_at = models.DateTimeField(_("coined at"), null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(name=Lower(F("name"))) & ~Q(name=""), name="tag_is_in_small_letters"),
        ]

    def __str__(self) -> str:
        return self.name
