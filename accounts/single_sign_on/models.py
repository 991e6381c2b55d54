"""Providers, the mail domains that lead to them, whom they know, and who comes in without them."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Membership, User

JOINING_ROLES: Final = [choice for choice in Membership.Role.choices if choice[0] != Membership.Role.ADMINISTRATOR]


class ProviderQuerySet(models.QuerySet["SignInProvider"]):
    def in_use(self) -> "ProviderQuerySet":
        """Those by which people may sign in."""
        return self.exclude(use=SignInProvider.Use.OFF)


class SignInProvider(models.Model):
    """Where an organisation's people sign in. Written by accounts/single_sign_on/providers.py."""

    class Protocol(models.TextChoices):
        OPENID = "openid", _("OpenID Connect")
        SAML = "saml", _("SAML 2.0")

    class Use(models.TextChoices):
        OFF = "off", _("Off")
        OFFERED = "offered", _("Offered beside the other ways")
        ENFORCED = "enforced", _("The only way for its mail domains")

    ref = models.CharField(max_length=24, unique=True, help_text="Stands in the address to which the provider sends people back.")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="sign_in_providers")
    protocol = models.CharField(max_length=6, choices=Protocol, default=Protocol.OPENID, db_default=Protocol.OPENID)
    name = models.CharField(max_length=80, help_text="What people read on the sign-in page.")
    issuer = models.CharField(max_length=200, help_text="The provider's own address, exactly as it writes it in its proofs.")
    client_id = models.CharField("client ID", max_length=200)
    sealed_secret = models.TextField(blank=True)
    entrance = models.CharField(max_length=500, blank=True, db_default="", help_text="Where a browser is sent by SAML.")
    certificates = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), blank=True,
        help_text="With which of its certificates a SAML provider may sign, each as base64 of DER.",
    )  # fmt: skip
    use = models.CharField(max_length=8, choices=Use, default=Use.OFF)
    joins_at = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", help_text="Where newcomers stand."
    )
    joins_as = models.CharField(max_length=16, choices=JOINING_ROLES, default=Membership.Role.READER)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in provider"
        constraints = [
            models.CheckConstraint(condition=~Q(joins_as=Membership.Role.ADMINISTRATOR), name="nobody_joins_as_administrator"),
            models.CheckConstraint(
                condition=Q(use="off") | Q(protocol="saml") | ~Q(sealed_secret=""), name="provider_in_use_has_a_secret"
            ),
            models.CheckConstraint(
                condition=Q(use="off") | Q(protocol="openid") | ~Q(entrance="") & ~Q(certificates=[]),
                name="saml_provider_in_use_has_certificates",
            ),
            models.UniqueConstraint(fields=["issuer", "client_id"], name="one_provider_per_issuer_and_client"),
        ]

    def __str__(self) -> str:
        return self.name


class MailDomain(models.Model):
    """A mail domain an organisation says is its own. Written by accounts/single_sign_on/domains.py."""

    provider = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    code = models.CharField(max_length=60, help_text="What the DNS record says.")
    verified_at = models.DateTimeField(null=True, blank=True)
    vouched_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    vouched_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(verified_at=None), name="verified_domain_leads_to_one_organisation"
            ),
            models.UniqueConstraint(fields=["provider", "name"], name="domain_once_per_provider"),
            models.CheckConstraint(condition=Q(name=Lower("name")), name="domain_is_written_small"),
            models.CheckConstraint(
                condition=Q(vouched_by=None) | ~Q(vouched_because="") & ~Q(verified_at=None), name="who_vouches_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """Which login a provider's subject is. Written by accounts/single_sign_on/arrivals.py."""

    provider = models.ForeignKey(SignInProvider, on_delete=models.PROTECT, related_name="identities")
    subject = models.CharField(max_length=255, help_text="The provider's own name for the person.")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="subject_is_one_login"),
            models.UniqueConstraint(fields=["provider", "user"], name="login_is_one_subject_of_a_provider"),
            models.CheckConstraint(condition=~Q(subject=""), name="identity_has_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.provider}"


class NamedAdministrator(models.Model):
    """Who still comes in when the provider is the only way and fails. Written by accounts/single_sign_on/providers.py."""

    provider = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="named_administrators")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    named_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "user"], name="administrator_is_named_once")]

    def __str__(self) -> str:
        return f"{self.user} without {self.provider}"


class UsedProof(models.Model):
    """A proof that was used: none is used twice. Written by accounts/single_sign_on/once.py."""

    provider = models.ForeignKey(SignInProvider, on_delete=models.CASCADE, related_name="used_proofs")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the proof's own name.")
    until = models.DateTimeField(help_text="From then on the proof holds no longer anyway.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "digest"], name="proof_is_used_once")]
        indexes = [models.Index(fields=["until"], name="used_proofs_by_end")]

    def __str__(self) -> str:
        return f"{self.provider} until {self.until}"
