"""Topics and their alarms. Written by support/desk/topics.py."""

from django.db import models
from django.db.models import Q


class Topic(models.Model):
    """A heap of like tickets: known by a billing error found on them, or by words customers use."""

    code = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=120)
    detector = models.CharField(max_length=40, blank=True, help_text="A ticket with an open finding of this kind belongs here.")
    words = models.JSONField(default=list, help_text="So does one whose subject or first message has one of these.")
    position = models.PositiveSmallIntegerField(default=0, help_text="The first that fits takes the ticket.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]
        constraints = [models.CheckConstraint(condition=~Q(label=""), name="topic_has_a_label")]

    def __str__(self) -> str:
        return self.label


class TicketTopic(models.Model):
    """The topic of a ticket (none: none fits) and the day it counts for, in UTC."""

    ticket = models.OneToOneField("support.Ticket", on_delete=models.PROTECT, related_name="topic_row")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="rows")
    on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["topic", "on"], name="topic_by_day")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.topic_id}"


class TopicAlarm(models.Model):
    """A day on which a topic came far more often than usual, and the problem that was made of it."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="alarms")
    on = models.DateField()
    count = models.PositiveIntegerField()
    usual = models.PositiveIntegerField(help_text="Tickets in the four weeks before.")
    problem = models.OneToOneField("support.Problem", on_delete=models.PROTECT, related_name="alarm")
    raised_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["topic", "on"], name="one_alarm_a_topic_and_day")]

    def __str__(self) -> str:
        return f"{self.topic} on {self.on}: {self.count}"
