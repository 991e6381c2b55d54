"""Policies, their versions, where they hold, exceptions to them, who knows them, and what they decided.

Policies and versions are written by accounts/policies/publishing.py, bindings by binding.py, exceptions by exceptions.py,
acknowledgements by acknowledging.py, firings by log.py.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import not_truncated, only_added
from accounts.customers.models import Customer
from accounts.policies.keys import KEYS
from accounts.segments.models import Segment
from accounts.two_persons import AskedAndApproved


class Policy(models.Model):
    """A document: who it speaks to, who keeps it, when it is read again. Written by accounts/policies/publishing.py."""

    class Audience(models.TextChoices):
        STAFF = "staff", _("Our own people")
        CUSTOMERS = "customers", _("Customers")

    code = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=120)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.STAFF)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField(help_text="When it is read again.")

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class VersionQuerySet(models.QuerySet["PolicyVersion"]):
    def published(self) -> "VersionQuerySet":
        """Versions that were published, whether their day has come or not."""
        return self.filter(published_at__isnull=False)


class PolicyVersion(models.Model):
    """What a policy says from a day on. A published one never changes. Written by accounts/policies/publishing.py."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    values = models.JSONField(default=dict, help_text="Key -> value, what may be said below, and the clause.")
    clauses = models.JSONField(default=list, help_text="The text: id and words, in reading order.")
    cases = models.JSONField(default=list, help_text="Sample cases that must come out as they say.")
    quiz = models.JSONField(default=list, help_text="Questions, their options, and which is right.")
    material = models.BooleanField(default=True, help_text="Everybody acknowledges it anew before it lets them act.")
    effective_on = models.DateField()
    note = models.CharField(max_length=300, blank=True, help_text="What is new and why.")
    editors = ArrayField(models.BigIntegerField(), default=list, help_text="Who wrote on it; none of them publishes it.")
    drafted_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    simulation = models.JSONField(default=dict, help_text="What it would have changed, as it was shown when it was published.")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["policy", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number_is_used_once"),
            models.UniqueConstraint(fields=["policy"], condition=Q(published_at=None), name="one_draft_per_policy"),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None) | Q(published_at__isnull=False, published_by__isnull=False),
                name="policy_version_is_published_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_policy_version_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="RAISE EXCEPTION 'a published policy version never changes' "
                "USING ERRCODE = 'integrity_constraint_violation';",
            ),
            pgtrigger.Trigger(
                name="policy_version_takes_a_second_person",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__published_at__isnull=False),
                func="IF NEW.editors = '{}' OR NEW.published_by_id = ANY(NEW.editors) THEN RAISE EXCEPTION "
                "'who wrote on a policy version does not publish it' USING ERRCODE = 'integrity_constraint_violation'; "
                "END IF; RETURN NEW;",
            ),
            not_truncated("policy_version"),
        ]

    def __str__(self) -> str:
        return f"{self.policy.code} v{self.number}"


class PolicyBinding(AskedAndApproved):
    """Where a policy holds. Written by accounts/policies/binding.py."""

    class Place(models.TextChoices):
        HOUSE = "house", _("The whole house")
        TIER = "tier", _("A tier")
        SEGMENT = "segment", _("A segment")
        NODE = "node", _("A customer and all below it")

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="bindings")
    place = models.CharField(max_length=8, choices=Place)
    tier = models.CharField(max_length=12, choices=Customer.Tier, blank=True)
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="policy_bindings")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="policy_bindings")

    class Meta(AskedAndApproved.Meta):
        constraints = [
            *AskedAndApproved.Meta.constraints,
            models.CheckConstraint(
                condition=Q(place="house", tier="", segment=None, customer=None)
                | Q(place="tier", segment=None, customer=None) & ~Q(tier="")
                | Q(place="segment", tier="", segment__isnull=False, customer=None)
                | Q(place="node", tier="", segment=None, customer__isnull=False),
                name="policy_binding_names_its_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}: {self.where}"

    @property
    def where(self) -> str:
        """Name the place."""
        named = {"tier": self.get_tier_display(), "segment": self.segment, "node": self.customer}
        return str(named.get(self.place) or self.get_place_display())


class PolicyException(AskedAndApproved):
    """One key, otherwise for one customer and all below it. Written by accounts/policies/exceptions.py."""

    key = models.CharField(max_length=60)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="policy_exceptions")
    value = models.JSONField()

    class Meta(AskedAndApproved.Meta):
        indexes = [models.Index(fields=["customer", "key"], name="exceptions_of_customer")]

    def __str__(self) -> str:
        return f"{self.key} for {self.customer}"

    @property
    def told(self) -> str:
        """Say which key is what instead."""
        return f"{KEYS[self.key].label}: {KEYS[self.key].words(self.value)}" if self.key in KEYS else self.key


class Acknowledgement(models.Model):
    """One of our own people answered the quiz of a version. Written by accounts/policies/acknowledging.py; never changed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="acknowledgements")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField()
    right = models.PositiveSmallIntegerField()
    asked = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["user", "version", "-at"], name="acknowledged_by_user")]
        triggers = only_added("acknowledgement")

    def __str__(self) -> str:
        return f"{self.user}: {self.right} of {self.asked}"


class Firing(models.Model):
    """A key decided something: let it pass, blocked it, or was overridden. Written by accounts/policies/log.py; never changed."""

    class Outcome(models.TextChoices):
        FIRED = "fired", _("Let pass")
        BLOCKED = "blocked", _("Blocked")
        OVERRIDDEN = "overridden", _("Overridden")

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="firings")
    key = models.CharField(max_length=60)
    outcome = models.CharField(max_length=10, choices=Outcome)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    about_kind = models.CharField(max_length=40, blank=True)
    about_ref = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["version", "outcome", "-at"], name="firings_of_version")]
        triggers = only_added("firing")

    def __str__(self) -> str:
        return f"{self.key}: {self.outcome}"
