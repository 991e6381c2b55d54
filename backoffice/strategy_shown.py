"""The strategy workbook as it is shown: parts under their sections, what each lacks, and where its evidence is found."""

from datetime import datetime
from typing import Any, Final

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people.models import User
from backoffice.forms.strategy import EntryForm
from support.strategy import editions, lessons, standing
from support.strategy.models import StrategyEdition
from support.strategy.parts import MEASURES, PARTS, SECTIONS
from support.strategy.standing import PartStanding, Said

SHOWN: Final = 20


def of_all(viewer: User, *, at: datetime) -> dict[str, Any]:
    """Return the whole workbook with its editions and lessons."""
    parts = standing.of_all(at.date())
    return {
        "sections": [
            {"title": section.title, "parts": [_row(parts[part.code]) for part in section.parts]} for section in SECTIONS
        ],
        "percent": standing.percent_of(parts.values()),
        "complete": sum(part.percent == 100 for part in parts.values()),
        "answered": sum(part.answered for part in parts.values()),
        "questions": sum(len(part.answers) for part in parts.values()),
        "may_publish": editions.may_publish(viewer, parts),
        "editions": StrategyEdition.objects.select_related("published_by")[:SHOWN],
        "lessons": lessons.listed()[:SHOWN],
    }


def of_part(code: str, *, at: datetime, bound: tuple[str, EntryForm] | None = None) -> dict[str, Any]:
    """Return one part with its questions, each with what is said, its evidence, and the form to say it otherwise."""
    if code not in PARTS:
        raise Http404
    found = standing.of_all(at.date())[code]
    title, about = _("On the whole"), found.part.about
    said = [("", title, about, found.said), *((name, found.part.questions[name], "", one) for name, one in found.answers.items())]
    return {
        "part": found.part,
        "percent": found.percent,
        "entries": [_entry(code, place, heading, about, one, bound) for place, heading, about, one in said],
    }


def of_edition(edition: StrategyEdition) -> dict[str, Any]:
    """Return an edition as it was published, and what it said otherwise than the one before."""
    before = StrategyEdition.objects.filter(number__lt=edition.number).first()
    return {"edition": edition, "places": _places(edition), "changes": editions.changes(edition, before), "before": before}


def _row(found: PartStanding) -> dict[str, Any]:
    gaps = [found.said.lacks] if found.said.lacks else []
    return {
        "part": found.part,
        "percent": found.percent,
        "tone": "good" if not gaps and found.answered == len(found.answers) else "bad" if gaps else "warning",
        "lacks": gaps,
        "said": found.said,
        "owner": found.said.entry.owner if found.said.entry else None,
        "evidence": _evidence(found.said),
        "answered": found.answered,
        "questions": len(found.answers),
    }


def _entry(
    code: str, place: str, heading: object, about: object, said: Said, bound: tuple[str, EntryForm] | None
) -> dict[str, Any]:
    form = bound[1] if bound and bound[0] == place else EntryForm(entry=said.entry, prefix=place or "part")
    return {
        "place": place, "heading": heading, "about": about, "said": said, "evidence": _evidence(said), "form": form,
        "open": form.is_bound,
    }  # fmt: skip


def _evidence(said: Said) -> list[dict[str, str]]:
    """Return where the live evidence is found, each with its words and address."""
    policies = [
        {"label": str(version), "url": reverse("backoffice:policy", args=[version.policy.code])} for version in said.policies
    ]
    segments = [
        {"label": segment.name, "url": reverse("admin:accounts_segment_change", args=[segment.pk])} for segment in said.segments
    ]
    measures = [{"label": str(MEASURES[code]), "url": reverse(f"backoffice:{code}")} for code in said.measures]
    return [*policies, *segments, *measures]


def _places(edition: StrategyEdition) -> list[dict[str, Any]]:
    told = []
    for code, content in edition.content.items():
        part, _slash, question = code.partition("/")
        known = PARTS.get(part)
        asked = known.questions.get(question, question) if known and question else ""
        evidence = [*content["policies"], *content["segments"], *(str(MEASURES.get(name, name)) for name in content["measures"])]
        told.append({"part": known.title if known else part, "question": asked, "content": content, "evidence": evidence})
    return told
