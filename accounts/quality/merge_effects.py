"""What a merge changes in the tree, for who pays, for people and for who serves it, said in sentences for its preview."""

from django.db.models import Q

from accounts.customers.models import Customer, Responsibility
from accounts.customers.relation_models import RelationKind
from accounts.people import relations
from accounts.people.models import Membership


def in_the_tree(retired: Customer, survivor: Customer) -> list[str]:
    """Say what moves, and where the old number leads."""
    children = list(Customer.objects.current().filter(parent=retired).order_by("lft").values_list("name", flat=True)[:6])
    below = Customer.objects.below(retired, include_self=False).count()
    told = [f"{retired.number} leads to {survivor.name} ({survivor.number}) from then on."]
    if below:
        named = ", ".join(children[:5]) + (" and others" if len(children) > 5 else "")
        told.append(f"{_count(below, 'customer')} below it will stand below {survivor.name}: {named}.")
    return told


def for_payers(retired: Customer, survivor: Customer) -> list[str]:
    """Say who pays from then on."""
    named = Responsibility.objects.filter(Q(until=None), responsible=retired).exclude(customer=retired).select_related("customer")
    told = [f"What {retired.name} is billed from then on is paid by whoever pays for {survivor.name}; old debt keeps its payer."]
    return told + [f"{survivor.name} {held.get_role_display()} for {held.customer.name} instead." for held in named[:20]]


def for_people(retired: Customer, survivor: Customer) -> list[str]:
    """Say who gets a role at the survivor."""
    held = Membership.objects.filter(customer=retired, effect=Membership.Effect.ALLOW).in_force().select_related("user")
    has = set(Membership.objects.filter(customer=survivor).in_force().values_list("user_id", "role"))
    gaining = [one for one in held.order_by("user__email", "role") if (one.user_id, one.role) not in has]
    return [f"{one.user.email} becomes {one.get_role_display().lower()} of {survivor.name}." for one in gaining]


def for_relations(retired: Customer, survivor: Customer) -> list[str]:
    """Say who may raise tickets for the survivor, or know its name, because it serves the retired customer."""
    told = []
    for one in relations.known_to(retired):
        what = "raises tickets for" if one.kind.shows == RelationKind.Shows.TICKETS else "knows name and number of"
        told.append(f"{one.customer.name} {one.kind.label} {retired.name}, and {what} {survivor.name} from then on.")
    return told


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
