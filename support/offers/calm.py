"""Calm: whether a customer may be offered something now, or something is wrong that comes first.

Something is wrong within policy's days (`offers.calm_days`) after a concern, a bad score, or a question about a bill; and as long
as such a ticket is open or the account is escalated. What happens at a customer counts for it and for everything above it.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, refused
from accounts.policies import resolving
from support.tickets import account_escalation
from support.tickets.models import Ticket
from support.voice.models import Feedback, Survey

DAYS: Final = "offers.calm_days"
BAD_SCORE: Final = 2


def decide(customer: Customer, at: datetime) -> Decision:
    """Say whether offers may be shown to `customer`; if not, what is wrong, in words for our own people."""
    since = at - timedelta(days=resolving.resolve(customer, DAYS, local_day(at, customer.timezone)).value)
    here = Customer.objects.below(customer)
    if account_escalation.covering(customer):
        return refused("account_escalated", _("The account is escalated."))
    wrong = Ticket.objects.filter(Q(document__isnull=False) | Q(finding__isnull=False), customer__in=here)
    if ticket := wrong.filter(Q(opened_at__gte=since) | ~Q(status=Ticket.Status.RESOLVED)).order_by("-opened_at", "pk").first():
        return refused("bill_in_question", _("A bill is or was in question: {ref}.").format(ref=ticket.ref))
    if Feedback.objects.filter(customer__in=here, kind=Feedback.Kind.CONCERN, given_at__gte=since).exists():
        return refused("concern_told", _("They told us a concern lately."))
    if Survey.objects.filter(customer__in=here, score__lte=BAD_SCORE, answered_at__gte=since).exists():
        return refused("bad_score", _("They were not content lately."))
    return ALLOWED
