"""The kinds of remedy there are, one file each. To add one, write its file and name it here."""

from typing import Any, Final

from support.remedies.kinds.base import Remedy
from support.remedies.kinds.credit_duplicate_charge import CreditDuplicateCharge

REMEDIES: Final[dict[str, Remedy[Any]]] = {remedy.code: remedy for remedy in (CreditDuplicateCharge(),)}
