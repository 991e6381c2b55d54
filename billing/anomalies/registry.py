"""The detectors there are: adding one is its file and a line here."""

from typing import Final

from billing.anomalies.base import Detector
from billing.anomalies.charged_after_cancel import ChargedAfterCancel
from billing.anomalies.double_payment import DoublePayment
from billing.anomalies.duplicate_charge import DuplicateCharge
from billing.anomalies.missing_discount import MissingDiscount
from billing.anomalies.tax_on_reverse_charge import TaxOnReverseCharge
from billing.anomalies.unapplied_money import UnappliedMoney
from billing.anomalies.usage_spike import UsageSpike
from billing.anomalies.wrong_price import WrongPrice

DETECTORS: Final[tuple[Detector, ...]] = (
    DuplicateCharge(),
    DoublePayment(),
    UnappliedMoney(),
    ChargedAfterCancel(),
    WrongPrice(),
    MissingDiscount(),
    TaxOnReverseCharge(),
    UsageSpike(),
)
LABELS: Final = {detector.code: detector.label for detector in DETECTORS}
