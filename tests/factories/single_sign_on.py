"""Providers for tests: `provider_of(customer)` is set up and offered, and leads from its verified domains."""

from datetime import UTC, datetime
from itertools import count

from accounts.customers.models import Customer
from accounts.single_sign_on import sealing
from accounts.single_sign_on.models import MailDomain, NamedAdministrator, SignInProvider
from tests.factories import people

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "the secret of the client"  # noqa: S105
_serial = count(1)


def provider_of(
    customer: Customer, *domains: str, use: str = "offered", joins_as: str = "reader", joins_at: Customer | None = None,
    issuer: str = "", client_id: str = "accord", name: str = "Nordwind ID",
) -> SignInProvider:  # fmt: skip
    """A provider of `customer`, with these domains verified; where it is the only way, an administrator is named."""
    made = SignInProvider.objects.create(
        ref=f"provider{next(_serial)}", customer=customer, name=name, issuer=issuer or f"https://id{next(_serial)}.example",
        client_id=client_id, sealed_secret=sealing.sealed(SECRET), use=use, joins_at=joins_at or customer, joins_as=joins_as,
        made_at=NOON,
    )  # fmt: skip
    for domain in domains:
        MailDomain.objects.create(provider=made, name=domain, code=f"code of {domain}", verified_at=NOON)
    if use == "enforced":
        named(made, people.administrator(customer))
    return made


def named(provider: SignInProvider, user: object) -> NamedAdministrator:
    """Let `user` come in without the provider."""
    return NamedAdministrator.objects.create(provider=provider, user=user, named_at=NOON)
