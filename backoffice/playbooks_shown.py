"""Playbooks as they are shown: on a ticket, on their own page with their versions, and the made-up cases to practise on."""

from datetime import date

from accounts.people.models import StaffProfile, User
from accounts.policies import resolving
from backoffice.forms.playbooks import PracticeForm
from billing.anomalies.registry import DETECTORS
from billing.money import Money
from billing.periods import Period, last_day
from support.remedies import limits, policy_limits
from support.remedies.kinds import REMEDIES
from support.remedies.models import AuthorityGrant
from support.remedies.playbooks import criteria, offering, practice
from support.remedies.playbooks.models import PlaybookVersion, PracticeRun
from support.remedies.playbooks.offering import Offered
from support.remedies.playbooks.practice import Case
from support.remedies.policy_limits import Values

LATEST_RUNS = 5


def on_ticket(offered: Offered | None) -> dict[str, object]:
    """Return the playbook of a ticket with its criteria answered."""
    if offered is None:
        return {"playbook": None}
    asked = [{"label": criteria.label_of(code), "met": answer.met, "words": answer.words} for code, answer in offered.criteria]
    shown = {"criteria": asked, "fits": offered.fits, "reply_text": offered.reply_text}
    return {"playbook": contents(offered.version) | shown}


def contents(version: PlaybookVersion) -> dict[str, object]:
    """Return what a version says, in words."""
    return {
        "code": version.playbook.code,
        "title": version.title,
        "number": version.number,
        "written_at": version.written_at,
        "written_by": version.written_by,
        "recognised_by": _recognised_by(version),
        "asks": [criteria.label_of(code) for code in version.criteria],
        "remedies": [REMEDIES[code].label for code in _known(version)],
        "reply_text": version.reply_text,
        "follow_ups": version.follow_ups,
    }


def _recognised_by(version: PlaybookVersion) -> list[str]:
    errors = [detector.label for detector in DETECTORS if detector.code == version.detector]
    promise = [criteria.label_of(criteria.RECOGNISING)] if criteria.RECOGNISING in version.criteria else []
    said = {words.casefold(): words for words in reversed([*errors, *promise, *version.words])}
    return list(reversed(said.values()))


def _known(version: PlaybookVersion) -> list[str]:
    return [code for code in version.remedies if code in REMEDIES]


def _limited(version: PlaybookVersion, on: date) -> list[dict[str, object]]:
    """Return each remedy, the first to try first, with what each level gives of it on one ticket without asking."""
    rows, values = list(limits.in_force(on).filter(user=None)), resolving.resolve_at(resolving.HOUSE, on)
    currencies = sorted({row.currency for row in rows})
    return [
        {
            "label": REMEDIES[code].label,
            "limits": [
                (StaffProfile.Level(level).label, amounts)
                for level in policy_limits.LADDER
                if (amounts := _amounts([row for row in rows if row.level == level], values, level, code, currencies))
            ],
        }
        for code in _known(version)
    ]


def _amounts(rows: list[AuthorityGrant], values: Values, level: str, remedy: str, currencies: list[str]) -> list[Money]:
    held = (limits.combined(rows, values, level, remedy, currency) for currency in currencies)
    return [limit.per_ticket for limit in held if limit]


def desk(viewer: User) -> dict[str, object]:
    """Return every playbook in force, and how the viewer practised lately."""
    runs = PracticeRun.objects.filter(person=viewer).select_related("version").order_by("-solved_at", "-pk")[:LATEST_RUNS]
    return {"playbooks": [contents(version) for version in offering.in_force()], "runs": runs}


def page(viewer: User, version: PlaybookVersion, *, on: date) -> dict[str, object]:
    """Return a playbook with what is given on the day `on` without asking, its earlier versions, a case to practise on, and the
    viewer's last answer.
    """
    last = PracticeRun.objects.filter(person=viewer, version=version).order_by("-solved_at", "-pk").first()
    case = practice.case_of(practice.next_seed(viewer, version))
    return {
        "playbook": contents(version),
        "limited": _limited(version, on),
        "versions": [contents(one) for one in offering.history(version.playbook)],
        "case": _case(case),
        "last": _last(viewer, last) if last else None,
    }


def _case(case: Case) -> dict[str, object]:
    return {"seed": case.seed, "sides": [_side(case.first), _side(case.again)], "amount": case.amount}


def _side(period: Period) -> dict[str, date]:
    return {"since": period.since, "last": last_day(period.until)}


def _last(viewer: User, run: PracticeRun) -> dict[str, object]:
    right = practice.right_answers(viewer, practice.case_of(run.seed), run.solved_at)
    words = PracticeForm().words
    return {
        "score": run.score,
        "answers": [(words(name, run.answers[name]), words(name, value)) for name, value in right.items()],
    }
