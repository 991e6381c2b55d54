"""Facts that are no longer asked for. Written by accounts/quality/field_usage.py."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class RetiredFact(models.Model):
    """A fact that nobody needs: it is not asked for, not shown and not written; what was kept of it stays."""

    fact = models.CharField(primary_key=True, max_length=30)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    retired_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(fact="name"), name="every_customer_has_a_name")]

    def __str__(self) -> str:
        return self.fact
