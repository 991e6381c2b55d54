"""Relations between customers that are not parenthood: one serves or resells to another.

Written by accounts/people/relations.py.
"""

from datetime import UTC, date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.append_only import only_added
from accounts.customers.models import Customer, DateRange


class RelationKind(models.Model):
    """What one customer can be to another, and what it may see of it for that. Written by accounts/people/relations.py."""

    class Shows(models.TextChoices):
        NOTHING = "nothing", _("nothing: only we know of it")
        NAME = "name", _("its name and number")
        TICKETS = "tickets", _("its name and number, and the tickets raised on its behalf")

    code = models.SlugField(primary_key=True, max_length=20)
    label = models.CharField(max_length=60, help_text="What the first one does: serves.")
    inverse = models.CharField(max_length=60, help_text="The same from the other end: is served by.")
    shows = models.CharField(max_length=8, choices=Shows, default=Shows.NOTHING)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(shows__in=["nothing", "name", "tickets"]), name="relation_shows_one_of_three"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def words(self) -> str:
        """The label in the reader's language, where it is one of those that came with Accord."""
        return gettext(self.label)


class RelationQuerySet(models.QuerySet["Relation"]):
    """Adjectives for relations."""

    def in_force(self, on: date | None = None) -> "RelationQuerySet":
        """Relations whose span contains the day; without a day, today in UTC by the database's clock."""
        day = on or TruncDate(Now(), tzinfo=UTC)
        return self.filter(Q(since__lte=day), Q(until=None) | Q(until__gt=day))


class Relation(models.Model):
    """One customer serves or resells to another for some days. Written by accounts/people/relations.py."""

    kind = models.ForeignKey(RelationKind, on_delete=models.PROTECT, related_name="relations")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="relations", help_text="Who serves.")
    other = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="relations_to_it", help_text="Who is served.")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = RelationQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_relation_of_a_kind_and_day",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("customer", RangeOperators.EQUAL),
                    ("other", RangeOperators.EQUAL),
                    (DateRange("since", "until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="relation_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(customer=F("other")), name="nobody_serves_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.kind.label} {self.other}"


class SharedTicket(models.Model):
    """A ticket that one customer raised for another under a relation: all that it sees of the other. Written by relations.py.

    The ticket is named by the number people quote, since tickets stand one floor up.
    """

    relation = models.ForeignKey(Relation, on_delete=models.PROTECT, related_name="shared_tickets")
    ref = models.CharField(max_length=20, unique=True)
    shared_at = models.DateTimeField()

    class Meta:
        triggers = only_added("shared_ticket")

    def __str__(self) -> str:
        return self.ref
