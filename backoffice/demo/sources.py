"""Two other systems of the demo world that speak of one customer, and do not agree about its phone."""

from datetime import datetime, timedelta

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.quality import sources
from accounts.quality.source_models import SourceSystem
from backoffice.demo.people import AGENT, MANAGER

CUSTOMER = "PO"
SYSTEMS = (("crm", "Sales system", 10), ("webshop", "Web shop", 30))
VERIFIED, NEWER = {"phone": "+31 30 555 0140", "email": "finance@polder.example"}, {"phone": "+31 30 555 0199"}


def tell(*, at: datetime) -> None:
    """Let the sales system say a phone that was verified, and the web shop a newer one that nobody made sure of."""
    manager, agent = User.objects.get(email=MANAGER), User.objects.get(email=AGENT)
    for code, name, rank in SYSTEMS:
        sources.define_system(actor=manager, code=code, name=name, rank=rank, at=at)
    crm, shop = (SourceSystem.objects.get(pk=code) for code, _name, _rank in SYSTEMS)
    customer = Customer.objects.get(ref=CUSTOMER)
    said = {"actor": agent, "customer": customer, "at": at}
    sources.take(system=crm, external_id="ACC-2291", says=VERIFIED, told_at=at - timedelta(days=60), verified=True, **said)
    sources.take(system=shop, external_id="88012", says=NEWER, told_at=at - timedelta(days=3), **said)
