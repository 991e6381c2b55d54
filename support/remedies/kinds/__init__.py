"""The kinds of remedy there are, one file each, the most fitting first. To add one, write its file and name it here."""

from typing import Any, Final

from support.remedies.kinds.base import Remedy
from support.remedies.kinds.credit_duplicate_charge import CreditDuplicateCharge
from support.remedies.kinds.goodwill_credit import GoodwillCredit
from support.remedies.kinds.waive_charge import WaiveCharge

KINDS: Final[tuple[Remedy[Any], ...]] = (CreditDuplicateCharge(), WaiveCharge(), GoodwillCredit())
REMEDIES: Final[dict[str, Remedy[Any]]] = {remedy.code: remedy for remedy in KINDS}
