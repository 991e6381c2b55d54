"""What is sold and by whom: legal entities, products, versioned plans and their charges.

Written by billing/catalog/plans.py; legal entities by managers in admin. A plan version that a subscription uses never
changes (database trigger).
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.catalog import charges
from billing.periods import Interval


class LegalEntity(models.Model):
    """Who sells: the seller named on a document. Written by sellers.py."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=20)
    city = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    tax_id = models.CharField(max_length=20)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    creditor_id = models.CharField(
        max_length=35,
        blank=True,
        default="",
        db_default="",
        help_text="SEPA creditor identifier: with it the seller collects direct debits.",
    )
    email = models.EmailField()
    ref_prefix = models.CharField(
        max_length=8, blank=True, default="", help_text="Stands before the numbers of its documents: US- makes US-INV-000001."
    )

    class Meta:
        verbose_name_plural = "legal entities"
        constraints = [models.UniqueConstraint(fields=["ref_prefix"], name="no_two_sellers_number_alike")]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something sold. Written by billing/catalog/plans.py."""

    class Stage(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        ACTIVE = "active", _("Active")
        SUNSET = "sunset", _("Sunset")

    class Supply(models.TextChoices):
        SERVICE = "service", _("Service")
        GOODS = "goods", _("Goods that are delivered")
        EXEMPT = "exempt", _("Exempt from tax")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    unit_name = models.CharField(max_length=40, default="seat", help_text="What one unit is called: seat, device, site.")
    adds_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="add_ons",
        help_text="The product it is added to: it is ordered to a running one and ends with it.",
    )  # fmt: skip
    supply = models.CharField(
        max_length=7,
        choices=Supply,
        default=Supply.SERVICE,
        db_default=Supply.SERVICE,
        help_text="What it is for the tax; an exempt one says why below.",
    )
    exempt_code = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="Why it is exempt, by the code list VATEX: VATEX-EU-132-1I.",
    )
    exempt_reason = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="The same in words, for the invoice."
    )
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.ACTIVE)
    sale_ends_on = models.DateField(null=True, blank=True, help_text="The first day on which it is no longer sold.")
    renewal_ends_on = models.DateField(
        null=True, blank=True, help_text="A term that ends on or after this day is not renewed; what runs on ends with it."
    )
    support_ends_on = models.DateField(null=True, blank=True, help_text="The first day without support.")
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successor_of", help_text="What is offered instead."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="sunset") | Q(sale_ends_on=None, renewal_ends_on=None, support_ends_on=None),
                name="only_a_sunset_product_has_ends",
            ),
            models.CheckConstraint(
                condition=Q(supply="exempt") & ~Q(exempt_code="", exempt_reason="")
                | ~Q(supply="exempt") & Q(exempt_code="", exempt_reason=""),
                name="an_exempt_product_says_why",
            ),
            models.CheckConstraint(
                condition=Q(renewal_ends_on=None) | Q(support_ends_on=None) | Q(support_ends_on__gte=F("renewal_ends_on")),
                name="support_ends_after_renewal",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    """A way to buy a product. Written by billing/catalog/plans.py."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="plans")
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    rank = models.PositiveSmallIntegerField(default=0, help_text="Orders the plans of a product from small to large.")

    class Meta:
        ordering = ["product", "rank"]

    def __str__(self) -> str:
        return self.name


class PriceList(models.Model):
    """Prices of their own for some customers. Written by billing/catalog/plans.py; who has it: contracts/conditions.py."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """The terms of a plan in one currency from a day on. Written by billing/catalog/plans.py; never changes once used.

    A version of a price list is for customers who have that list; the others are for everybody.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    price_list = models.ForeignKey(PriceList, null=True, blank=True, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    effective_on = models.DateField()
    trial_days = models.PositiveSmallIntegerField(default=0)
    trial_months = models.PositiveSmallIntegerField(default=0, db_default=0)
    intro_price = models.DecimalField(
        max_digits=24, decimal_places=10, null=True, blank=True, help_text="Price of a unit while the introduction lasts."
    )
    intro_periods = models.PositiveSmallIntegerField(default=0)
    steps = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text='Prices that follow the introduction: [{"price": "9", "periods": 6, "unit": "month"}]; without unit, cycles.',
    )
    term_months = models.PositiveSmallIntegerField(null=True, blank=True, help_text="A fixed term; empty runs on.")
    ends_with_term = models.BooleanField(
        default=False, db_default=False, help_text="Whether it ends with its term instead of renewing."
    )
    used = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "currency", "number"], name="one_plan_version_per_number"),
            models.CheckConstraint(
                condition=Q(intro_price=None, intro_periods=0) | Q(intro_price__isnull=False, intro_periods__gt=0),
                name="introduction_has_price_and_length",
            ),
            models.CheckConstraint(
                condition=Q(ends_with_term=False) | Q(term_months__gt=0), name="what_ends_with_its_term_has_one"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="used_plan_version_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__used=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number} ({self.currency})"


class Charge(models.Model):
    """One price of a plan version. Written by billing/catalog/plans.py; never changes once its version is used."""

    class Kind(models.TextChoices):
        RECURRING = "recurring", _("Recurring")
        ONE_TIME = "one_time", _("One-time")
        USAGE = "usage", _("Usage")
        MINIMUM = "minimum", _("Minimum commitment")

    class Billing(models.TextChoices):
        IN_ADVANCE = "in_advance", _("In advance")
        IN_ARREARS = "in_arrears", _("In arrears")

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="charges")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.RECURRING)
    model = models.CharField(max_length=24, help_text="A charge model of billing/catalog/charges: standard, flat, graduated…")
    params = models.JSONField(help_text="The model's terms, amounts as decimal strings in major units.")
    billing = models.CharField(max_length=10, choices=Billing, default=Billing.IN_ADVANCE)
    interval_unit = models.CharField(max_length=10, default="month")
    interval_count = models.PositiveSmallIntegerField(default=1)
    metric = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan_version", "code"], name="one_charge_per_code_and_version"),
            models.CheckConstraint(condition=Q(interval_count__gte=1), name="charge_interval_is_at_least_one"),
            models.CheckConstraint(
                condition=Q(kind="usage") & ~Q(metric="") | ~Q(kind="usage") & Q(metric=""),
                name="only_usage_charges_have_a_metric",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="charge_of_used_version_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=(
                    "IF EXISTS (SELECT 1 FROM billing_planversion v WHERE v.used"
                    " AND v.id = COALESCE(NEW.plan_version_id, OLD.plan_version_id))"
                    " THEN RAISE EXCEPTION 'a used plan version never changes'"
                    " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
                    " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_version}: {self.name}"

    @property
    def terms(self) -> charges.Terms:
        """The terms of its model, as they price a quantity."""
        return charges.parse(self.model, self.params)

    @property
    def interval(self) -> Interval:
        """How often it is billed."""
        return Interval(self.interval_unit, self.interval_count)


class Coupon(models.Model):
    """A reduction that can be redeemed on contracts. Written by billing/catalog/coupons.py; never changes once redeemed.

    It takes a share or an amount off what is billed for each billing period, before tax and never below zero: `periods` of
    them, or all. With `plans` it takes it off those plans only.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True, help_text="12.5 is an eighth.")
    amount_minor = models.BigIntegerField(null=True, blank=True, help_text="Off each period, in minor units of its currency.")
    currency = models.CharField(max_length=3, blank=True)
    periods = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How many billing periods; empty: all.")
    plans = models.ManyToManyField(Plan, blank=True, related_name="coupons", help_text="Empty: all plans.")
    redeem_until = models.DateField(null=True, blank=True, help_text="The last day on which it can be redeemed.")
    used = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100, amount_minor=None, currency="")
                | Q(percent=None, amount_minor__gt=0) & ~Q(currency=""),
                name="coupon_takes_a_share_or_an_amount",
            ),
            models.CheckConstraint(condition=Q(periods=None) | Q(periods__gte=1), name="coupon_lasts_a_period_or_more"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="redeemed_coupon_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__used=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """The standard rate of value added tax in a country from a day on, until the next one. Written by billing/catalog/vat.py."""

    country = models.CharField(max_length=2)
    since = models.DateField()
    rate = models.DecimalField(max_digits=6, decimal_places=4, help_text="0.19 is 19 %.")
    source = models.CharField(max_length=200, help_text="Where it is published.")

    class Meta:
        ordering = ["country", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["country", "since"], name="one_tax_rate_per_country_and_day"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=1), name="tax_rate_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.rate} from {self.since}"
