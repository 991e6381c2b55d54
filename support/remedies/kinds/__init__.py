"""The kinds of remedy there are, one file each, the most fitting first. To add one, write its file and name it here."""

from typing import Any, Final

from support.remedies.kinds.base import Remedy
from support.remedies.kinds.correct_price import CorrectPrice
from support.remedies.kinds.credit_duplicate_charge import CreditDuplicateCharge
from support.remedies.kinds.discount_next_invoice import DiscountNextInvoice
from support.remedies.kinds.extend_due_date import ExtendDueDate
from support.remedies.kinds.goodwill_credit import GoodwillCredit
from support.remedies.kinds.payment_plan import PaymentPlan
from support.remedies.kinds.reissue_document import ReissueDocument
from support.remedies.kinds.resend_document import ResendDocument
from support.remedies.kinds.reverse_change import ReverseChange
from support.remedies.kinds.waive_charge import WaiveCharge
from support.remedies.kinds.write_off import WriteOff

KINDS: Final[tuple[Remedy[Any], ...]] = (
    CreditDuplicateCharge(),
    WaiveCharge(),
    GoodwillCredit(),
    CorrectPrice(),
    ReverseChange(),
    DiscountNextInvoice(),
    ExtendDueDate(),
    PaymentPlan(),
    ResendDocument(),
    ReissueDocument(),
    WriteOff(),
)
REMEDIES: Final[dict[str, Remedy[Any]]] = {remedy.code: remedy for remedy in KINDS}
