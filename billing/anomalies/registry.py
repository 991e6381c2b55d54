"""The detectors there are: adding one is its file and a line here."""

from typing import Final

from billing.anomalies.base import Detector
from billing.anomalies.duplicate_charge import DuplicateCharge

DETECTORS: Final[tuple[Detector, ...]] = (DuplicateCharge(),)
