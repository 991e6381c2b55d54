"""The customer tree and its dated responsibilities.

A customer's row is written by accounts/customers/tree.py (position) and accounts/customers/details.py (facts);
imports number whole trees in accounts/customers/importing.py.
"""

from collections.abc import Collection
from typing import Any, Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from mptt.managers import TreeManager
from mptt.models import MPTTModel, TreeForeignKey
from mptt.querysets import TreeQuerySet

from accounts import reading

# Asked for within other statements, several times a page: as text they need not be put together anew each time.
PLACE: Final = {
    column: f"SELECT {column} FROM accounts_customer WHERE id = %s"  # noqa: S608 (fixed parts only)
    for column in ("tree_id", "lft", "rght")
}
ABSORBED: Final = "SELECT merged_into_id FROM accounts_customer WHERE number = %s AND merged_into_id IS NOT NULL"


class DateRange(Func):
    """The half-open range of days between two date columns; an empty `until` has no end."""

    function = "DATERANGE"
    output_field = DateRangeField()


class CustomerKind(models.Model):
    """What a node is (group, legal entity, department…) and under which kinds it may stand. Written by kinds.py."""

    code = models.SlugField(primary_key=True, max_length=20)
    label = models.CharField(max_length=60)
    may_be_root = models.BooleanField(default=False)
    carries_legal_data = models.BooleanField(default=False)
    allowed_parents = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="allowed_children")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def words(self) -> str:
        """The label in the reader's language, where it is one of those that came with Accord."""
        return gettext(self.label)


class CustomerQuerySet(TreeQuerySet):  # type: ignore[misc] # mptt is untyped
    """Adjectives for customers. A node's place is read in the same statement, so a node loaded long ago still answers rightly."""

    def below(self, node: "Customer", *, include_self: bool = True) -> "CustomerQuerySet":
        """The subtree of `node`: one range scan on the numbering."""
        first, last = self._place(node, "lft"), self._place(node, "rght")
        found: CustomerQuerySet = self.filter(tree_id=self._place(node, "tree_id"), lft__range=(first, last))
        return found if include_self else found.exclude(pk=node.pk)

    def above(self, node: "Customer", *, include_self: bool = True) -> "CustomerQuerySet":
        """The path from the root of the group down to `node`, in that order."""
        place = self._place(node, "lft")
        on_path = self.filter(tree_id=self._place(node, "tree_id"), lft__lte=place, rght__gte=place)
        found: CustomerQuerySet = on_path.order_by("lft")
        return found if include_self else found.exclude(pk=node.pk)

    def _place(self, node: "Customer", column: str) -> RawSQL:
        return RawSQL(PLACE[column], [node.pk])  # noqa: S611 (fixed text, the key is a parameter)

    def numbered(self, number: str) -> "CustomerQuerySet":
        """The customer this number leads to: whose it is, or who absorbed that one."""
        leads_there = RawSQL(ABSORBED, [number])  # noqa: S611 (fixed text, the number is a parameter)
        found: CustomerQuerySet = self.filter(Q(number=number) | Q(pk__in=leads_there), merged_into=None)
        return found

    def referred(self, ref: str) -> "CustomerQuerySet":
        """The customer that the name in other systems leads to: whose it is, or who absorbed that one."""
        leads_there = Customer.objects.filter(ref=ref).exclude(merged_into=None).values("merged_into")
        found: CustomerQuerySet = self.filter(Q(ref=ref) | Q(pk__in=leads_there), merged_into=None)
        return found

    def current(self) -> "CustomerQuerySet":
        """Customers that were not merged into another."""
        found: CustomerQuerySet = self.filter(merged_into=None)
        return found


class Customer(MPTTModel):  # type: ignore[misc] # mptt is untyped
    """One node of the customer tree. Position written by accounts/customers/tree.py, facts by accounts/customers/details.py."""

    class Tier(models.TextChoices):
        GOLD = "gold", _("Gold")
        SILVER = "silver", _("Silver")
        STANDARD = "standard", _("Standard")

    class Stage(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        ONBOARDING = "onboarding", _("Onboarding")
        ACTIVE = "active", _("Active")
        RENEWAL = "renewal", _("Renewal")
        ENDED = "ended", _("Ended")

    parent = TreeForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    kind = models.ForeignKey(CustomerKind, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    ref = models.CharField(max_length=200, unique=True, help_text="The name other systems use; imports repeat by it.")
    name = models.CharField(max_length=250)
    legal_name = models.CharField(max_length=250, blank=True)
    country = models.CharField(max_length=2, blank=True)
    tax_id = models.CharField(max_length=20, blank=True)
    lei = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, default="en")
    currency = models.CharField(max_length=3, default="EUR")
    timezone = models.CharField(max_length=60, default="Europe/Berlin")
    tier = models.CharField(max_length=12, choices=Tier, default=Tier.STANDARD)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.ACTIVE)
    external_id = models.CharField(max_length=80, blank=True)
    cost_centre = models.CharField(max_length=40, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed")
    created_at = models.DateTimeField()

    objects = TreeManager.from_queryset(CustomerQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["tree_id", "lft", "rght"], name="customer_span"),
            GinIndex(fields=["name"], name="customer_name_trigrams", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="customer_is_not_its_own_parent"),
            models.CheckConstraint(condition=Q(lft__lt=F("rght")), name="customer_span_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> "Customer":
        """Return a customer as it was read, its place in the tree kept in mind as the tree wants it."""
        row = reading.whole_row(cls, db, values)
        if row is None:
            read_in_part: Customer = super().from_db(db, field_names, values)
            return read_in_part
        row._mptt_cached_fields = {"parent": row.parent_id}  # as mptt keeps it, to see later whether the place changed
        return row

    def as_one(self) -> CustomerQuerySet:
        """This customer with those merged into it: what is read of it is read of all of them."""
        found: CustomerQuerySet = Customer.objects.filter(Q(pk=self.pk) | Q(merged_into=self.pk))
        return found


class Responsibility(models.Model):
    """Who answers for a node and all below it, from one day until another: a customer, or as its owner one of our own people.

    Written by accounts/customers/responsibilities.py.
    """

    class Role(models.TextChoices):
        PAYER = "payer", _("pays")
        DOCUMENT_RECEIVER = "document_receiver", _("receives the documents")
        ACCOUNT_OWNER = "account_owner", _("owns the account")
        SERVICE_OWNER = "service_owner", _("owns the service")
        BILLING_OWNER = "billing_owner", _("owns the billing")
        DATA_OWNER = "data_owner", _("owns the data")

    OF_CUSTOMERS = (Role.PAYER, Role.DOCUMENT_RECEIVER)
    OF_PEOPLE = (Role.ACCOUNT_OWNER, Role.SERVICE_OWNER, Role.BILLING_OWNER, Role.DATA_OWNER)

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="responsibilities")
    role = models.CharField(max_length=20, choices=Role)
    responsible = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="responsible_for")
    person = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="responsible_for")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "responsibilities"
        constraints = [
            ExclusionConstraint(
                name="one_responsible_per_role_and_day",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="responsibility_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(role__in=["payer", "document_receiver"], responsible__isnull=False, person=None)
                | (~Q(role__in=["payer", "document_receiver"]) & Q(responsible=None, person__isnull=False)),
                name="responsibility_names_a_customer_or_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.responsible or self.person} {self.get_role_display()} for {self.customer}"


class Handover(models.Model):
    """One change of who answers for a whole subtree, asked for by one of us, made by a second, kept to be shown and undone.

    Written by accounts/people/handovers.py.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits for a second person")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        UNDONE = "undone", _("undone")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="handovers")
    role = models.CharField(max_length=20, choices=Responsibility.Role)
    responsible = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    lines = models.JSONField(help_text="Whose answer changes: number, name, before, after.")
    rows_before = models.JSONField(default=list, help_text="The rows replaced: customer, responsible, since, until, who set it.")
    rows_after = models.JSONField(default=list, help_text="The rows that replaced them.")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING, db_default=Status.WAITING)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="handover_takes_a_second_person"
            ),
            models.UniqueConstraint(
                fields=["customer", "role"], condition=Q(status="waiting"), name="one_handover_waits_per_customer_and_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.responsible} {self.get_role_display()} for all of {self.customer}"


class Address(models.Model):
    """Where a customer gets invoices, deliveries or visits, by dated rows. Written by addresses.py."""

    class Purpose(models.TextChoices):
        INVOICES = "invoices", _("invoices")
        DELIVERIES = "deliveries", _("deliveries")
        VISITS = "visits", _("visits")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="addresses")
    purpose = models.CharField(max_length=12, choices=Purpose)
    attention = models.CharField(max_length=120, blank=True, help_text="Department or person, as it stands above the street.")
    street = models.CharField(max_length=200)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            ExclusionConstraint(
                name="one_address_per_purpose_and_day",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("purpose", RangeOperators.EQUAL),
                    (DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="address_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(street="") & ~Q(city=""), name="address_has_street_and_town"),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}".strip(), self.country) if part)


class Move(models.Model):
    """One change of position in the tree, kept so that it can be shown and undone. Written by accounts/customers/moves.py."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="moves")
    from_parent = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    to_parent = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    effects = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")

    def __str__(self) -> str:
        return f"{self.customer} to {self.to_parent}"
