"""Who signs in to the demo world. Every one is a role, not a person; all share one password, told by `./run`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guest:
    """A customer's login: its role at a node, for the node alone or all below it."""

    email: str
    name: str
    customer_ref: str
    role: str
    scope: str = "subtree"
    language: str = "en"
    order_limit_minor: int | None = None


@dataclass(frozen=True)
class Colleague:
    """One of our own logins: its level, and whether it has acknowledged the policy that lets it act."""

    email: str
    name: str
    level: str
    acknowledged: bool = True


PAYERS_NODE = "HE"  # its payer keeps a card for the invoices of everything below
GUESTS = (
    Guest("admin@helios.example", "Group administrator", "HG", "administrator"),
    Guest("payer@helios.example", "Division payer", PAYERS_NODE, "payer"),
    Guest("member@berlin.helios.example", "Berlin member", "HB", "member", order_limit_minor=400_00),
    Guest("member@us.helios.example", "US member", "HU", "member"),
    Guest("admin@nordwind.example", "Nordwind administrator", "NW", "administrator"),
    Guest("payer@polder.example", "Polder payer", "PO", "payer"),
    Guest("admin@kestrel.example", "Kestrel administrator", "KR", "administrator"),
    Guest("member@tramontana.example", "Tramontana member", "TR", "member"),
    Guest("member@oxbow.example", "Oxbow member", "OX", "member"),
    Guest("member@lanternway.example", "Reseller member", "LW", "member"),
    Guest("member@sablefinch.example", "Sable & Finch member", "SF", "member"),
)
AGENT, FINANCE, MANAGER = "agent@accord.example", "finance@accord.example", "manager@accord.example"
SUPERVISOR = "supervisor@accord.example"
KEY_ACCOUNT_MANAGER = "kam@accord.example"
SECOND_MANAGER = "manager2@accord.example"  # publishes what the first one wrote
STAFF = (
    Colleague(AGENT, "Billing agent", "agent"),
    Colleague("newagent@accord.example", "New agent", "agent", acknowledged=False),
    Colleague(SUPERVISOR, "Supervisor", "supervisor"),
    Colleague(FINANCE, "Finance", "finance"),
    Colleague(KEY_ACCOUNT_MANAGER, "Key account manager", "key_account"),
    Colleague(MANAGER, "Manager", "manager"),
    Colleague(SECOND_MANAGER, "Second manager", "manager"),
)
