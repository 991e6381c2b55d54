"""What managers made of the rules of data. Written by accounts/quality/rule_settings.py."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RuleSetting(models.Model):
    """How one rule of data is to be asked, in place of how it came with Accord. Written by accounts/quality/rule_settings.py."""

    class Severity(models.TextChoices):
        REFUSES = "refuses", _("refuses the value")
        LOWERS = "lowers", _("lowers the score")
        OFF = "off", _("is not asked")

    rule = models.CharField(primary_key=True, max_length=40)
    severity = models.CharField(max_length=8, choices=Severity)
    weight = models.PositiveSmallIntegerField(default=0, help_text="The points a score loses; 0 unless it lowers.")
    days = models.PositiveSmallIntegerField(default=0, help_text="The limit in days, of a rule that has one.")

    class Meta:
        ordering = ["rule"]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity="lowers", weight__range=(1, 100)) | ~Q(severity="lowers") & Q(weight=0),
                name="rule_has_a_weight_where_it_lowers",
            )
        ]

    def __str__(self) -> str:
        return self.rule
