"""A reseller of the demo world: it serves another company and asks us something on its behalf."""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.customers.models import Customer
from accounts.customers.relation_models import RelationKind
from accounts.people import relations
from accounts.people.models import User
from backoffice.demo.people import AGENT, MANAGER
from support.tickets import conversation

RESELLER, SERVED = "LW", "OX"
MEMBER = "member@lanternway.example"
KEYS = (UUID("0f4c5d5e-7a55-4c3b-9a86-3c1f6f1f2a01"), UUID("0f4c5d5e-7a55-4c3b-9a86-3c1f6f1f2a02"))
ASKED = "Five more connections before the harvest"
WORDS = "Our customer opens a second packing hall in June. Can its sites get five more connections by then?"
ANSWER = "They can: say the day on which they are needed, and we set them up two days before."


def arrange(*, at: datetime) -> None:
    """Let the reseller serve the company since a month ago, raise a ticket for it, and be answered."""
    began, asked = at - timedelta(days=30), at - timedelta(days=1)
    kind = RelationKind.objects.get(pk="serves")
    served = Customer.objects.get(ref=SERVED)
    relation = relations.relate(
        actor=User.objects.get(email=MANAGER), kind=kind, customer=Customer.objects.get(ref=RESELLER), other=served,
        since=began.date(), until=None, at=began,
    )  # fmt: skip
    said = {"subject": ASKED, "text": WORDS, "kind": "contract", "key": KEYS[0], "at": asked}
    ticket = conversation.open_ticket(actor=User.objects.get(email=MEMBER), customer=served, relation=relation, **said)
    agent = User.objects.get(email=AGENT)
    conversation.reply(actor=agent, ticket=ticket, text=ANSWER, key=KEYS[1], asks=True, at=asked + timedelta(hours=2))
