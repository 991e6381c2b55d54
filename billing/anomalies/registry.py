"""The detectors there are: adding one is its file and a line here."""

from typing import Final

from billing.anomalies.base import Detector
from billing.anomalies.double_payment import DoublePayment
from billing.anomalies.duplicate_charge import DuplicateCharge
from billing.anomalies.unapplied_money import UnappliedMoney

DETECTORS: Final[tuple[Detector, ...]] = (DuplicateCharge(), DoublePayment(), UnappliedMoney())
