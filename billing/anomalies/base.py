"""What every detector is: a name, and a way to see suspects among the lines of some customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from billing.invoices.models import Line
from billing.money import Money


@dataclass(frozen=True)
class Suspect:
    """A line that should perhaps not be. `key` names the suspicion: the same lines, the same key.

    `amount` is what could be given back, tax included; `evidence` is plain JSON and holds the sentence under "words".
    """

    key: str
    line: Line
    twin: Line | None
    amount: Money
    evidence: dict[str, Any]


class Detector(Protocol):
    """One kind of billing error."""

    code: str
    label: str

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return what looks wrong on lines used or owed by these customers (None: by anybody) and is no finding yet.

        One set-based statement finds them, whatever the number of customers.
        """
        ...
