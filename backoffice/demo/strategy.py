"""The strategy of the demo world: most of the workbook is answered, some of it in words alone, so it cannot be published yet."""

from datetime import datetime
from typing import Any, Final

from accounts.people.models import User
from accounts.policies.models import Policy, PolicyVersion
from accounts.segments.models import Segment
from backoffice.demo.people import MANAGER, SUPERVISOR
from support.strategy import lessons, writing
from support.strategy.writing import Content

CREDIT, CHARTER, GOLD = "credit-policy", "customer-charter", "gold-service"
SAID: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    (
        "rules-of-engagement",
        "",
        "What went wrong by our hand is put right at first contact, and said plainly.",
        {"policies": [CREDIT, CHARTER]},
    ),
    ("rules-of-engagement", "said", "In the charter, on a page of the portal of its own.", {"policies": [CHARTER]}),
    ("rules-of-engagement", "kept", "Limits the software obeys; above them a second person decides.", {"policies": [CREDIT]}),
    ("culture", "", "Praise is as near as a complaint, and thanked the same.", {"policies": [CHARTER], "measures": ["voice"]}),
    ("culture", "seen", "By praise, concerns and ideas, and by what became of them.", {"measures": ["voice"]}),
    ("culture", "learned", "Each lesson names the policy that changed.", {"policies": [CREDIT]}),
    ("value-objectives", "", "A question is settled the first time it is asked.", {"measures": ["measures"]}),
    ("value-objectives", "measured", "Solved at first contact, always shown with satisfaction.", {"measures": ["measures"]}),
    (
        "business-case",
        "",
        "Goodwill costs less than the customers it keeps.",
        {"measures": ["concessions", "processes"], "policies": [CREDIT]},
    ),
    (
        "business-case",
        "spent",
        "Two percent of what a group was invoiced in a year.",
        {"measures": ["concessions"], "policies": [CREDIT]},
    ),
    ("business-case", "saved", "Contract changes done without us, at the cost of a contact.", {"measures": ["processes"]}),
    ("segments", "", "Whom we treat alike is found by rules, not by who shouts.", {"segments": ["strategic", "branching"]}),
    (
        "segments",
        "who",
        "Strategic is chosen by hand, Branching by its number of sites.",
        {"segments": ["strategic", "branching"]},
    ),
    ("key-accounts", "", "Whom we would not want to lose has one person who answers.", {"segments": ["strategic"]}),
    (
        "life-of-a-customer",
        "",
        "We call who has not begun, and who falls silent.",
        {"policies": [CHARTER], "measures": ["silence"]},
    ),
    ("life-of-a-customer", "begin", "Thirty days; then we call.", {"policies": [CHARTER]}),
    ("life-of-a-customer", "silent", "After 120 days without a word.", {"measures": ["silence"]}),
    ("promises", "", "Every answer has a time, and being late has a price.", {"measures": ["service_levels"]}),
    (
        "promises",
        "times",
        "Gold within half an hour in service hours, others within four.",
        {"measures": ["service_levels"], "policies": [GOLD]},
    ),
    (
        "authority",
        "",
        "Who meets the customer may settle it, within limits that hold on every way.",
        {"policies": [CREDIT, GOLD]},
    ),
    ("authority", "limits", "Agents to 50, supervisors to 500 in goodwill; Gold more.", {"policies": [CREDIT, GOLD]}),
    ("experience", "", "The same answer whichever way somebody comes to us.", {}),
)


def write(*, at: datetime) -> None:
    """Say what is answered, and note what a first case taught us."""
    author, keeper = (User.objects.get(email=email) for email in (MANAGER, SUPERVISOR))
    policies = {policy.code: policy for policy in Policy.objects.all()}
    segments = {segment.code: segment for segment in Segment.objects.all()}
    for part, question, words, evidence in SAID:
        content = Content(
            words=words, owner=None if question else keeper, measures=evidence.get("measures", ()),
            policies=[policies[code] for code in evidence.get("policies", ())],
            segments=[segments[code] for code in evidence.get("segments", ())],
        )  # fmt: skip
        writing.say(actor=author, part=part, question=question, content=content, at=at)
    lessons.note(
        actor=author, at=at, version=PolicyVersion.objects.published().filter(policy__code=CREDIT).latest("number"),
        happened="One group was given goodwill for the same outage at three sites.",
        learned="Goodwill has a limit a ticket, and a cap for the group.",
    )  # fmt: skip
