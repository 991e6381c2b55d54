"""Self-service: a customer puts a double charge right alone, as far as policy lets them.

The same remedy as an agent's, with the same parts (document, decision, activity, finance's row, closing message): only who says
yes differs. Policy says how much and how often a group may; what is more goes to a person. Settled once, whoever is first.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import writing
from accounts.days import local_day
from accounts.decisions import Decision, refused
from accounts.people import access
from accounts.people.models import StaffProfile, User
from accounts.policies import log, resolving
from billing.anomalies.models import Finding
from billing.money import Money
from support.remedies import giving, resolution
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.credit_duplicate_charge import CreditDuplicateCharge
from support.remedies.models import Grant
from support.tickets import conversation, turns
from support.tickets.models import Ticket

LIMIT, TIMES = "self_service.double_billing_limit", "self_service.times"
COUNTED: Final = timedelta(days=90)
CODE: Final = CreditDuplicateCharge.code


def decide(actor: User, finding: Finding, at: datetime) -> Decision:
    """Say whether `actor`, one of the customer's own people, may credit this double charge alone.

    The finding comes with its customer, and its line with document and payer.
    """
    customer = finding.customer
    for concerned in (customer, finding.charge.document.customer):
        if not (answer := access.decide(actor, access.REQUEST_CHANGES, concerned)).allowed:
            return answer
    today = local_day(at, customer.timezone)
    said = resolving.resolve_many([customer.pk], today, [LIMIT, TIMES])[customer.pk]
    cost, most = Money(finding.amount_minor, finding.currency), _most(said[LIMIT], finding.currency)
    if cost.amount_minor > most.amount_minor:
        return refused(
            "over_self_service",
            _("Over {most} one of our people looks at it.").format(**writing.told(most=most)),
            approver="agent",
        )
    if _given_lately(finding, at) >= said[TIMES].value:
        return refused("too_often", _("It happened several times lately, so one of our people looks at it."), approver="agent")
    return Decision(allowed=True, source=", ".join(sorted({said[key].source.ref for key in (LIMIT, TIMES)})))


def settle(*, actor: User, finding: Finding, at: datetime) -> Grant:
    """Credit the double charge and tell everybody concerned; asked twice by the same person it is done once.

    Raises:
        Refusal: policy leaves it to a person, or it was put right before; its reason is fit to show.
        AlreadyCompensated: somebody else put it right at the same moment.
    """
    key = uuid5(NAMESPACE_URL, f"self-service:{finding.ref}:{actor.pk}")
    with turns.patience(), transaction.atomic():
        turns.take(f"self-service of {finding.customer.tree_id}")
        if earlier := Grant.objects.filter(key=key).first():
            return earlier
        remedy, terms = resolution.read(CODE, {"finding": finding.ref}, key=key)
        decision = decide(actor, finding, at)
        decision.or_refuse()
        ticket = _ticket(actor, finding, at)
        remedy.eligible(ticket, terms).or_refuse()
        asked = giving.ask(actor=actor, ticket=ticket, remedy=remedy, terms=terms, decision=decision, at=at)
        said = resolving.resolve(finding.customer, LIMIT, local_day(at, finding.customer.timezone))
        case, words = ("ticket", ticket.ref), str(REMEDIES[CODE].label)
        log.note([said], outcome=log.FIRED, customer=finding.customer, actor=actor, about=case, words=words, at=at)
        return giving.give(asked, ticket=ticket, terms=terms, at=at, by_policy=True)


def _ticket(actor: User, finding: Finding, at: datetime) -> Ticket:
    line = finding.charge
    subject = _("{document}: {line} was billed twice").format(document=line.document, line=line.description)
    return conversation.open_ticket(
        actor=actor, customer=finding.customer, subject=subject[: conversation.LONGEST_SUBJECT],
        text=_("Settled in the portal without a person of ours."), kind=Ticket.Kind.BILLING, line=line, at=at,
        key=uuid5(NAMESPACE_URL, f"self-service-ticket:{finding.ref}:{actor.pk}"),
    )  # fmt: skip


def _most(said: resolving.Resolved, currency: str) -> Money:
    return Money.of((said.value or {}).get(currency, "0"), currency)


def _given_lately(finding: Finding, at: datetime) -> int:
    """Count what people of the group gave themselves within the days that count."""
    own = Grant.objects.filter(
        customer__tree_id=finding.customer.tree_id, status=Grant.Status.GRANTED, granted_at__gt=at - COUNTED
    )
    return own.exclude(asked_by__in=StaffProfile.objects.values("user")).count()
