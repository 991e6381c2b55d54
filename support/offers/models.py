"""What is offered, who recommended it, how customers answered, and what agents handed to who sells.

Offers are written by support/offers/defining.py, recommendations by recommending.py, answers by answering.py, leads by leads.py.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from accounts.customers.models import Customer


class Offer(models.Model):
    """Something we suggest: a plan to order, or a larger one instead of the one that runs."""

    code = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=120, help_text="As the customer reads it.")
    plan = models.ForeignKey("billing.Plan", on_delete=models.PROTECT, related_name="+", help_text="What is suggested.")
    instead_of = models.ForeignKey(
        "billing.Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The plan it replaces; empty: it is ordered beside what runs.",
    )  # fmt: skip
    because = models.CharField(
        max_length=300, help_text="The reason, in words; {quantity}, {product} and {customer} are filled in."
    )
    because_de = models.CharField(max_length=300, blank=True, help_text="The same in German; empty: the English words.")
    needs = models.ForeignKey(
        "billing.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="What has to run already."
    )
    least_quantity = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many units of what it replaces or needs have to run."
    )
    segment = models.ForeignKey("accounts.Segment", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tier = models.CharField(max_length=10, blank=True, choices=Customer.Tier)
    since = models.DateField()
    until = models.DateField(null=True, blank=True, help_text="The first day on which it is no longer offered.")
    rank = models.PositiveSmallIntegerField(default=0, help_text="The higher ones are shown first.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-rank", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="offer_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(plan=F("instead_of")), name="offer_replaces_another_plan"),
        ]

    def __str__(self) -> str:
        return self.name


class Recommendation(models.Model):
    """One of us suggests an offer to a customer. Only ever added."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="recommendations")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, help_text="Why it is good for this customer; the customer reads it.")
    at = models.DateTimeField()

    class Meta:
        triggers = only_added("recommendation")
        indexes = [models.Index(fields=["customer", "-at"], name="recommendation_by_customer")]

    def __str__(self) -> str:
        return f"{self.offer} for {self.customer}"


class OfferAnswer(models.Model):
    """A yes, with the quote it led to and who has a share in it, or a no. Only ever added.

    A yes counts once its quote is applied.
    """

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="answers")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=3, choices=Answer)
    at = models.DateTimeField()
    quote = models.OneToOneField("billing.Quote", null=True, on_delete=models.PROTECT, related_name="offer_answer")
    recommended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="The key account manager."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="yes", quote__isnull=False) | Q(answer="no", quote=None), name="yes_to_an_offer_has_its_quote"
            )
        ]
        triggers = only_added("offer_answer")
        indexes = [models.Index(fields=["customer", "-at"], name="offer_answer_by_customer")]

    def __str__(self) -> str:
        return f"{self.get_answer_display()} to {self.offer}"


class Lead(models.Model):
    """What a customer needs, handed from a ticket to a colleague who sells, and what came of it. Steps: STEPS in leads.py."""

    class State(models.TextChoices):
        HANDED = "handed", _("Handed over")
        WORKED_ON = "worked_on", _("Is worked on")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")
        NONE = "none", _("No need after all")

    ticket = models.ForeignKey("support.Ticket", on_delete=models.PROTECT, related_name="leads")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    need = models.CharField(max_length=300)
    due_on = models.DateField(help_text="The last day on which something is done in time, by the customer's calendar.")
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    handed_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    key = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.HANDED)
    outcome = models.CharField(max_length=300, blank=True, help_text="What came of it, in words.")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True, help_text="When its day had passed and it was still open.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["handed", "worked_on"], ended_at=None, ended_by=None, outcome="")
                | Q(state__in=["won", "lost", "none"], ended_at__isnull=False, ended_by__isnull=False) & ~Q(outcome=""),
                name="lead_that_ended_says_when_by_whom_and_how",
            ),
            models.CheckConstraint(condition=~Q(handed_by=F("handed_to")), name="lead_is_handed_to_somebody_else"),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state__in=["handed", "worked_on"]), name="lead_open_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.need} by {self.due_on}"
