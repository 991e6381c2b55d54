"""Decision and Refusal: the words in which every rule of the house answers.

A rule returns a `Decision`: allowed or not, a stable `code` for programs, a `reason` fit to show to a person, and, when
somebody else could say yes, the `approver` who could. Screens print the reason on the disabled button; use cases call
`or_refuse()`, so that asking and enforcing are one function. Pure: no Django, no clock, no database.
"""

from dataclasses import dataclass


class Refusal(Exception):
    """What could not be done, by name, with a reason fit to show. A refusal is a normal answer, not an error.

    Subclasses set `code` (stable, for programs) and pass the reason in plain words. Where policy spoke, `key` is the key
    that objected and `source` the version.
    """

    code = "refused"

    def __init__(self, reason: str, *, code: str | None = None, key: str = "", source: str = "") -> None:
        super().__init__(reason)
        self.reason, self.key, self.source = reason, key, source
        if code:
            self.code = code


@dataclass(frozen=True)
class Decision:
    """The answer of a rule. `approver` names who could lift an objection (a level or role), empty when nobody can.

    Where policy spoke, `key` is the policy key that objected and `source` names the version: "credit-policy v2".
    """

    allowed: bool
    code: str = "allowed"
    reason: str = ""
    approver: str = ""
    key: str = ""
    source: str = ""

    def or_refuse(self) -> None:
        """Do nothing when allowed.

        Raises:
            Refusal: the rule objected; code and reason are this decision's.
        """
        if not self.allowed:
            raise Refusal(self.reason, code=self.code, key=self.key, source=self.source)


ALLOWED = Decision(allowed=True)


def refused(code: str, reason: str, *, approver: str = "", key: str = "", source: str = "") -> Decision:
    """Return the decision that objects with `code` and `reason`; `approver` if someone else could allow it."""
    return Decision(allowed=False, code=code, reason=reason, approver=approver, key=key, source=source)
