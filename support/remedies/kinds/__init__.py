"""The kinds of remedy there are, one file each, the most fitting first. To add one, write its file and name it here."""

from typing import Any, Final

from django.utils.module_loading import import_string

from support.remedies.kinds.base import Remedy

_NAMED: Final = (
    "credit_duplicate_charge.CreditDuplicateCharge",
    "refund_overpayment.RefundOverpayment",
    "waive_charge.WaiveCharge",
    "goodwill_credit.GoodwillCredit",
    "correct_price.CorrectPrice",
    "reverse_change.ReverseChange",
    "discount_next_invoice.DiscountNextInvoice",
    "extend_due_date.ExtendDueDate",
    "payment_plan.PaymentPlan",
    "resend_document.ResendDocument",
    "reissue_document.ReissueDocument",
    "write_off.WriteOff",
)
KINDS: Final[tuple[Remedy[Any], ...]] = tuple(import_string(f"{__name__}.{name}")() for name in _NAMED)
REMEDIES: Final[dict[str, Remedy[Any]]] = {remedy.code: remedy for remedy in KINDS}
