"""Who has begun and got stuck in the demo world: signed long ago, and nobody has signed in since."""

from datetime import datetime, timedelta

from accounts.customers import details
from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.quality import admitting
from accounts.segments import lifecycle
from backoffice.demo.people import KEY_ACCOUNT_MANAGER

MET, SIGNED = timedelta(days=75), timedelta(days=45)
FACTS = {
    "legal_name": "Hollunder Druck GmbH", "country": "DE", "street": "Gerberstr. 18", "postcode": "04105", "city": "Leipzig",
    "email": "post@hollunder.example", "tax_id": "DE998877660", "language": "de", "currency": "EUR", "timezone": "Europe/Berlin",
}  # fmt: skip


def begin(*, at: datetime) -> None:
    """Add a customer that is to begin since 45 days; the night finds that it has not."""
    seller = User.objects.get(email=KEY_ACCOUNT_MANAGER)
    made = admitting.admit(actor=seller, kind="legal_entity", name="Hollunder Druck", said=FACTS, at=at - MET)
    begun = details.change(actor=seller, customer=made, at=at - SIGNED, stage=Customer.Stage.ONBOARDING.value)
    lifecycle.follow([begun], at=at - SIGNED)
