"""Who signs in at their own provider in the demo world: two organisations are about to, one by each protocol; both are off."""

from datetime import datetime
from typing import Final

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.single_sign_on import domains, providers
from accounts.single_sign_on.models import SignInProvider
from accounts.single_sign_on.terms import Terms
from backoffice.demo.companies import HELIOS
from backoffice.demo.people import MANAGER

# Of a key nobody kept: with it nothing can be signed.
CERTIFICATE: Final = (
    "MIIBKTCBz6ADAgECAgEBMAoGCCqGSM49BAMCMB4xHDAaBgNVBAMME2lkLm5vcmR3aW5kLmV4YW1wbGUwHhcNMjYwMTAxMDAwMDAw"
    "WhcNNDYwMTAxMDAwMDAwWjAeMRwwGgYDVQQDDBNpZC5ub3Jkd2luZC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"
    "uQRpFcl72KAf+2PLleHauUBfGwwjCUTNkizMViLwrBkNCQi2BKYazUXZz7Z5IlR+lKMR1TEbNlnHYbglc+XNijAKBggqhkjOPQQD"
    "AgNJADBGAiEAyKt+TOsG2RsNCZu5WIPpZdQNwoQRy3vpndhnh9rGtawCIQDDhkjsN0SxoLyyjo9bJfPhTfkctn7g8tPKSW+JvCoi"
    "YA=="
)
METADATA: Final = f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
  xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://id.nordwind.example/saml">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate></ds:X509Data>
    </ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
      Location="https://id.nordwind.example/saml/sign-in"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""


def prepare(*, at: datetime) -> None:
    """Set both providers up, unless one is: the group's domain waits for its record, a manager vouched for the other one."""
    if SignInProvider.objects.exists():
        return
    group, nordwind = Customer.objects.get(ref=HELIOS.ref), Customer.objects.get(ref="NW")
    by_openid = Terms(
        name="Helios ID", issuer="https://login.helios.example", client_id="accord", secret="known to nobody",  # noqa: S106
        joins_at=group, joins_as="reader",
    )  # fmt: skip
    administrator = User.objects.get(email="admin@helios.example")
    made = providers.set_up(actor=administrator, customer=group, terms=by_openid, at=at)
    domains.claim(actor=administrator, provider=made, name="helios.example", at=at)
    manager = User.objects.get(email=MANAGER)
    by_saml = Terms(name="Nordwind ID", protocol="saml", metadata=METADATA, joins_at=nordwind, joins_as="member")
    made = providers.set_up(actor=manager, customer=nordwind, terms=by_saml, at=at)
    claimed = domains.claim(actor=manager, provider=made, name="nordwind.example", at=at)
    domains.vouch(actor=manager, domain=claimed, because="The order they signed names it.", at=at)
