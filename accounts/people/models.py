"""Users, staff, memberships and the keys of programs.

Users and memberships are written by accounts/people/invitations.py, accounts/people/staff.py and, for programs,
accounts/people/keys.py; looks at the portal with a member's eyes by accounts/people/viewing.py.
"""

from datetime import UTC, date, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now, TruncDate
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """Create a user who signs in with `email` (kept in lower case). Without a password only a sign-in code works."""
        user = self.model(email=email.strip().lower(), **facts)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """Create an operator with every right in admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **facts)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the user by e-mail, whatever its case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A login. Written by accounts/people/invitations.py (customers' people), staff.py (ours) and preferences.py (one's own)."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=5, default="en")
    timezone = models.CharField(max_length=60, default="Europe/Berlin")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open Django admin.")
    is_program = models.BooleanField(
        default=False, db_default=False, help_text="Acts with a key through the API; never signs in, gets no mail."
    )
    date_joined = models.DateTimeField(auto_now_add=True)

    # The customer of the look, while one of our own people looks with this person's eyes; never kept.
    seen_below: Any = None
    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email_whatever_its_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class StaffProfile(models.Model):
    """What one of our own people is and at which level they work. Written by accounts/people/staff.py."""

    class Level(models.TextChoices):
        AGENT = "agent", _("Agent")
        SUPERVISOR = "supervisor", _("Supervisor")
        FINANCE = "finance", _("Finance")
        KEY_ACCOUNT = "key_account", _("Key account manager")
        MANAGER = "manager", _("Manager")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="staff_profile")
    level = models.CharField(max_length=12, choices=Level)
    policy_acknowledged_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} ({self.get_level_display()})"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: date | None = None) -> "MembershipQuerySet":
        """Memberships whose span contains the day; without a day, today in UTC by the database's clock."""
        day = on or TruncDate(Now(), tzinfo=UTC)
        return self.filter(Q(since__lte=day), Q(until=None) | Q(until__gt=day))


class Membership(models.Model):
    """A role of a user at a customer. Written by accounts/people/invitations.py; in merges by reach_changes.py."""

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", _("Administrator")
        PAYER = "payer", _("Payer")
        MEMBER = "member", _("Member")
        READER = "reader", _("Reader")

    class Scope(models.TextChoices):
        NODE = "node", _("this customer only")
        SUBTREE = "subtree", _("this customer and all below it")

    class Effect(models.TextChoices):
        ALLOW = "allow", _("Allow")
        DENY = "deny", _("Deny")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.SUBTREE)
    effect = models.CharField(max_length=6, choices=Effect, default=Effect.ALLOW)
    order_limit_minor = models.BigIntegerField(
        null=True, blank=True, help_text="What this person may order for alone, in the customer's currency; empty is no limit."
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "customer", "role", "effect"],
                condition=Q(until=None),
                name="one_open_membership_per_role_and_customer",
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="membership_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(order_limit_minor=None) | Q(order_limit_minor__gte=0), name="order_limit_is_zero_or_more"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} at {self.customer}"


class ApiKey(models.Model):
    """With what a program acts for a customer through the API. Written by accounts/people/keys.py.

    The secret itself is kept nowhere: `digest` is its SHA-256, which is enough for a secret of 256 random bits. What the
    program may do follows from the membership of its user, narrowed by `scopes`.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="api_key")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=12))
    opening = models.CharField(max_length=12, help_text="The first signs of the secret, by which people tell keys apart.")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, help_text="Kept to the minute.")

    class Meta:
        verbose_name = "API key"
        constraints = [models.CheckConstraint(condition=~Q(scopes=[]), name="api_key_may_do_something")]

    def __str__(self) -> str:
        return f"{self.name} ({self.opening}…)"


class Viewing(models.Model):
    """A look of one of our own people at the portal with a member's eyes. Written by accounts/people/viewing.py."""

    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="viewings")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="viewing_has_a_reason"),
            models.CheckConstraint(condition=~Q(agent=F("member")), name="nobody_views_as_themselves"),
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at")) & Q(until__lte=F("opened_at") + timedelta(minutes=15)),
                name="viewing_lasts_a_quarter_of_an_hour_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} as {self.member}"
