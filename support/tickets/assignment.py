"""Assignment: who works on a ticket. New ones go to the agent with the fewest unresolved tickets who can do what they ask for."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Membership, User
from support.tickets import skills, turns
from support.tickets.models import Ticket


def least_loaded(customer: Customer, *, kind: str, at: datetime) -> User | None:
    """Return the agent who takes the next ticket of `customer` of a kind, or None when nobody may.

    Openings take turns from here until their transaction ends, so that two at once do not both count the same load.
    """
    turns.take("assignment")
    unresolved = Count("assigned_tickets", filter=~Q(assigned_tickets__status=Ticket.Status.RESOLVED))
    return skills.fitting(certified_agents(customer), kind, at).annotate(load=unresolved).order_by("load", "pk").first()


def least_loaded_supervisor(customer: Customer, *, but: User) -> User | None:
    """Return the supervisor who takes a second look at something of `customer`, never the person who looked first."""
    turns.take("assignment")
    supervisors = User.objects.filter(is_active=True, staff_profile__level=access.SUPERVISOR).exclude(pk=but.pk)
    unresolved = Count("assigned_tickets", filter=~Q(assigned_tickets__status=Ticket.Status.RESOLVED))
    others = supervisors.exclude(Exists(own_memberships(customer).filter(user=OuterRef("pk"))))
    return others.annotate(load=unresolved).order_by("load", "pk").first()


def certified_agents(customer: Customer) -> QuerySet[User]:
    """Return the agents who acknowledged the policy and do not belong to the group of `customer` themselves."""
    agents = User.objects.filter(
        is_active=True, staff_profile__level=access.AGENT, staff_profile__policy_acknowledged_at__isnull=False
    )
    return agents.exclude(Exists(own_memberships(customer).filter(user=OuterRef("pk"))))


def own_memberships(customer: Customer) -> QuerySet[Membership]:
    """Return the memberships that make `customer` somebody's own account: any in force within its group."""
    return Membership.objects.in_force().filter(effect=Membership.Effect.ALLOW, customer__tree_id=customer.tree_id)


def groups_of(person: User) -> frozenset[int]:
    """Return the trees of the groups that are a person's own account."""
    held = Membership.objects.in_force().filter(user=person, effect=Membership.Effect.ALLOW)
    return frozenset(held.values_list("customer__tree_id", flat=True))
