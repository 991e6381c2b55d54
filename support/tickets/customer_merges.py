"""Customer merges: what a merge means for tickets, said in sentences for its preview."""

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from support.tickets.models import Ticket


def tickets(retired: Customer, survivor: Customer) -> list[str]:
    """Say which tickets are read with the survivor."""
    found = Ticket.objects.filter(customer=retired)
    waiting = list(found.unresolved().order_by("ref").values_list("ref", flat=True))
    told = (
        [_("Its tickets ({count}) are shown with {name}.").format(count=found.count(), name=survivor.name)]
        if found.exists()
        else []
    )
    return told + ([_("Still open: {named}.").format(named=", ".join(waiting[:10]))] if waiting else [])
