"""Gateways: the ways money can reach us, one file each; adding one is its file and a line here."""

from typing import Final

from django.utils.translation import gettext as _

from billing.payments.gateways import base, direct_debit, sandbox, stripe, transfer

_ALL: Final[tuple[base.Gateway, ...]] = (
    sandbox.Sandbox(),
    stripe.Stripe(),
    transfer.BankTransfer(),
    direct_debit.DirectDebits(),
)
GATEWAYS: Final = {gateway.code: gateway for gateway in _ALL}
SLOW: Final = frozenset(code for code, gateway in GATEWAYS.items() if gateway.is_slow)


def by_code(code: str) -> base.Gateway:
    """Return the gateway called `code`.

    Raises:
        UnknownGateway: nobody registered it.
    """
    if code not in GATEWAYS:
        raise base.UnknownGateway(_("There is no way to pay called {code!r}.").format(code=code))
    return GATEWAYS[code]
