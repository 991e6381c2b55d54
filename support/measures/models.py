"""What the measures count by. Written by support/measures/definitions.py."""

from django.conf import settings
from django.db import models

from accounts.append_only import only_added


class IssueDefinition(models.Model):
    """Within how many days a further contact belongs to the same issue, by kind of ticket. Only ever added: the latest counts."""

    number = models.PositiveIntegerField(unique=True)
    since = models.DateField(help_text="The first day on which issues begin that are counted so.")
    days = models.JSONField(help_text="Days by kind of ticket.")
    why = models.CharField(max_length=300)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.CheckConstraint(condition=models.Q(number__gte=1), name="issue_definition_counts_from_one")]
        triggers = only_added("issue_definition")

    def __str__(self) -> str:
        return f"Definition {self.number}, from {self.since}"
