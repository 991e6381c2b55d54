"""Fields: what else is asked about tickets of a kind. Written by support/tickets/field_setting.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from support.tickets.models import Ticket


class TicketFieldQuerySet(models.QuerySet["TicketField"]):
    """Fields, narrowed to those asked."""

    def asked(self) -> "TicketFieldQuerySet":
        """Fields that are still asked."""
        return self.filter(retired=False)

    def of_kind(self, kind: str) -> "TicketFieldQuerySet":
        """Fields of tickets of `kind`, those of every kind included."""
        return self.filter(kind__in=["", kind])


class TicketField(models.Model):
    """One thing that is asked about tickets of a kind (empty: of every kind). Values stand on the ticket under the code."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Whole number")
        DECIMAL = "decimal", _("Decimal number")
        DATE = "date", _("Date")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("One of several options")

    class Customers(models.TextChoices):
        NOTHING = "", _("do not see it")
        SEE = "see", _("see it")
        FILL = "fill", _("see it and fill it in")

    class Needed(models.TextChoices):
        NEVER = "", _("never")
        OPEN = "open", _("to open the ticket")
        RESOLVE = "resolve", _("to resolve the ticket")

    kind = models.CharField(
        _("tickets of the kind"), max_length=12, choices=Ticket.Kind, blank=True, help_text=_("Empty: tickets of every kind.")
    )
    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)
    label_de = models.CharField(_("label in German"), max_length=80, blank=True, help_text=_("Empty: the English label."))
    hint = models.CharField(_("help below the field"), max_length=200, blank=True)
    hint_de = models.CharField(_("help in German"), max_length=200, blank=True)
    type = models.CharField(_("type"), max_length=8, choices=Type, default=Type.TEXT)
    options = models.JSONField(_("options"), default=list, blank=True)
    customers = models.CharField(_("customers"), max_length=4, choices=Customers, blank=True, default=Customers.NOTHING)
    needed = models.CharField(_("has to be filled in"), max_length=8, choices=Needed, blank=True, default=Needed.NEVER)
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("It stays on the tickets that have it and is no longer asked.")
    )
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = TicketFieldQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=~Q(label=""), name="ticket_field_has_a_label"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """The label in the language of who reads."""
        return self.label_de if _is_german() and self.label_de else self.label

    @property
    def help(self) -> str:
        """The words below the field in the language of who reads."""
        return self.hint_de if _is_german() and self.hint_de else self.hint

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Code and label of each option that may be chosen."""
        return [(one["code"], _named(one)) for one in self.options if not one.get("retired")]

    def option(self, code: str) -> str:
        """Return the label of an option, retired ones included."""
        return next((_named(one) for one in self.options if one["code"] == code), code)


def _is_german() -> bool:
    return (get_language() or "").startswith("de")


def _named(option: dict[str, str]) -> str:
    return option.get("label_de") or option["label"] if _is_german() else option["label"]
