"""Records: what the DNS says at a name. The one place that asks it."""

from typing import Final

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

from accounts.decisions import Refusal

SECONDS: Final = 5.0


class LookUpFailed(Refusal):
    """No name server answered in time."""

    code = "look_up_failed"


def txt(name: str) -> frozenset[str]:
    """Return the texts of the TXT records at `name`; none when there are none.

    Raises:
        LookUpFailed: no name server answered.
    """
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return frozenset()
    except (dns.exception.DNSException, OSError):
        raise LookUpFailed(_("The DNS gave no answer; try again later, or vouch for the domain.")) from None
    return frozenset(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
