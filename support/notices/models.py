"""Which person was told of which activity. Written by support/notices/sending.py."""

from django.conf import settings
from django.db import models


class Told(models.Model):
    """One notice to one person: written before the mail goes out, and marked when the mail server took it."""

    activity = models.ForeignKey("accounts.Activity", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "person"], name="a_person_is_told_once_of_an_activity")]

    def __str__(self) -> str:
        return f"{self.activity_id} to {self.person_id}"
