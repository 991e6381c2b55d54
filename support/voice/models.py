"""What customers tell us about how it went. Written by support/voice/praise.py."""

from django.conf import settings
from django.db import models


class Praise(models.Model):
    """Thanks from a customer that reach the agent. Written by support/voice/praise.py."""

    ticket = models.OneToOneField("support.Ticket", on_delete=models.PROTECT, related_name="praise")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="praise_received")
    words = models.TextField(blank=True)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"praise for {self.to}"
