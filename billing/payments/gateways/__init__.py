"""Gateways: the ways money can reach us, one file each; adding one is its file and a line here."""

from typing import Final

from billing.payments.gateways import base, sandbox, transfer

GATEWAYS: Final[dict[str, base.Gateway]] = {gateway.code: gateway for gateway in (sandbox.Sandbox(), transfer.BankTransfer())}


def by_code(code: str) -> base.Gateway:
    """Return the gateway called `code`.

    Raises:
        UnknownGateway: nobody registered it.
    """
    if code not in GATEWAYS:
        raise base.UnknownGateway(f"There is no way to pay called {code!r}.")
    return GATEWAYS[code]
