"""What a merge changes in the tree, for who pays, for people and for who serves it, said in sentences for its preview."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.customers.models import Customer, Responsibility
from accounts.customers.relation_models import RelationKind
from accounts.people import relations
from accounts.people.models import Membership


def in_the_tree(retired: Customer, survivor: Customer) -> list[str]:
    """Say what moves, and where the old number leads."""
    children = list(Customer.objects.current().filter(parent=retired).order_by("lft").values_list("name", flat=True)[:6])
    below = Customer.objects.below(retired, include_self=False).count()
    told = [
        _("{number} leads to {name} ({survivor}) from then on.").format(
            number=retired.number, name=survivor.name, survivor=survivor.number
        )
    ]
    if below:
        named = ", ".join(children[:5]) + (_(" and others") if len(children) > 5 else "")
        words = ngettext(
            "{count} customer below it will stand below {name}: {named}.",
            "{count} customers below it will stand below {name}: {named}.",
            below,
        )
        told.append(words.format(count=below, name=survivor.name, named=named))
    return told


def for_payers(retired: Customer, survivor: Customer) -> list[str]:
    """Say who pays from then on."""
    named = Responsibility.objects.filter(Q(until=None), responsible=retired).exclude(customer=retired).select_related("customer")
    words = _("What {retired} is billed from then on is paid by whoever pays for {name}; old debt keeps its payer.")
    instead = _("{name} {answers} for {customer} instead.")
    told = [words.format(retired=retired.name, name=survivor.name)]
    return told + [
        instead.format(name=survivor.name, answers=held.get_role_display(), customer=held.customer.name) for held in named[:20]
    ]


def for_people(retired: Customer, survivor: Customer) -> list[str]:
    """Say who gets a role at the survivor."""
    held = Membership.objects.filter(customer=retired, effect=Membership.Effect.ALLOW).in_force().select_related("user")
    has = set(Membership.objects.filter(customer=survivor).in_force().values_list("user_id", "role"))
    gaining = [one for one in held.order_by("user__email", "role") if (one.user_id, one.role) not in has]
    words = _("{email} gets the role {role} at {name}.")
    return [words.format(email=one.user.email, role=one.get_role_display(), name=survivor.name) for one in gaining]


def for_relations(retired: Customer, survivor: Customer) -> list[str]:
    """Say who may raise tickets for the survivor, or know its name, because it serves the retired customer."""
    told = []
    for one in relations.known_to(retired):
        tickets = one.kind.shows == RelationKind.Shows.TICKETS
        words = (
            _("{other} {serves} {retired}, and raises tickets for {name} from then on.")
            if tickets
            else _("{other} {serves} {retired}, and knows name and number of {name} from then on.")
        )
        known = {"other": one.customer.name, "serves": one.kind.label, "retired": retired.name, "name": survivor.name}
        told.append(words.format(**known))
    return told
