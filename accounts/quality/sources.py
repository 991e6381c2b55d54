"""Sources: other systems tell us facts of a customer; every word is kept beside the others, and a rule says which one holds.

A record is named by its system and the id it has there, and speaks of one customer. A word that breaks a rule of the house is
refused with its whole record; an older word than the one held is passed over. What holds is changed by details.py like any other
change, so the timeline keeps what was there; a fact put right by hand stands until a source says something new about its matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import details
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.quality import survivorship
from accounts.quality.source_models import SourceRecord, SourceSystem, SourceValue, SurvivorshipRule
from accounts.quality.survivorship import MATTER_OF, MATTERS, Choice, Word
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words


class SourceRefused(Refusal):
    """What a source says cannot be taken; the reason says why."""

    code = "source_refused"


@dataclass(frozen=True)
class Matter:
    """A matter as a steward looks at it: what is kept, what each record says, whose word the rule keeps and why."""

    code: str
    kept: Mapping[str, str]
    values: list[SourceValue]
    rule: str
    choice: Choice

    @property
    def agrees(self) -> bool:
        """Say whether what is kept is what the rule keeps; where it keeps nobody's word nothing disagrees."""
        chosen = self.choice.word
        return chosen is None or all(self.kept[fact] == value for fact, value in chosen.values.items())


def define_system(*, actor: User | None, code: str, name: str, rank: int, at: datetime) -> SourceSystem:
    """Return the system with this code, made or brought up to date. Repeating it changes nothing.

    Raises:
        Refusal: the actor does not steer.
    """
    _must_have_level(actor, access.STEER)
    with transaction.atomic():
        held = SourceSystem.objects.select_for_update().filter(pk=code).first()
        if held and (held.name, held.rank) == (name, rank):
            return held
        made, _anew = SourceSystem.objects.update_or_create(pk=code, defaults={"name": name, "rank": rank})
        told = {"system": made.name, "rank": made.rank, "code": made.pk}
        recording.record(None, "accounts.source_system_defined", actor=actor, at=at, facts=told, internal=True)
    return made


def set_rule(*, actor: User | None, matter: str, picks: str, at: datetime) -> SurvivorshipRule:
    """Let the word that `picks` says be kept of a matter from now on; what is kept already stays. Repeatable.

    Raises:
        SourceRefused: there is no such matter or no such way to pick.
        Refusal: the actor does not steer.
    """
    _must_have_level(actor, access.STEER)
    if matter not in MATTERS or picks not in SurvivorshipRule.Picks.values:
        raise SourceRefused(
            _("Sources speak of {matters}; one of the ways to pick fits.").format(matters=", ".join(MATTERS)), code="no_such_rule"
        )
    with transaction.atomic():
        held = SurvivorshipRule.objects.select_for_update().filter(pk=matter).first()
        if held and held.picks == picks:
            return held
        made, _anew = SurvivorshipRule.objects.update_or_create(pk=matter, defaults={"picks": picks})
        told = {"matter": matter, "picks": made.get_picks_display(), "before": held.picks if held else ""}
        recording.record(None, "accounts.survivorship_set", actor=actor, at=at, facts=told, internal=True)
    return made


def take(
    *,
    actor: User | None,
    customer: Customer,
    system: SourceSystem,
    external_id: str,
    says: Mapping[str, str],
    told_at: datetime,
    at: datetime,
    verified: bool = False,
) -> SourceRecord:
    """Take what a record of another system says of `customer`, and let the rules say which words hold.

    Repeating it changes nothing, and a word said again is no newer than when it was said first.

    Raises:
        SourceRefused: no id, nothing said, a fact sources do not speak of, a moment to come, or a record of another customer.
        details.FactsRefused: a value breaks a rule of the house; nothing is taken.
        Refusal: the actor does not tend data.
    """
    _must_have_level(actor, access.TEND_DATA)
    external_id = external_id.replace("\x00", "").strip()
    _must_make_sense(external_id, says, told_at, at)
    with transaction.atomic():
        kept: Customer = Customer.objects.select_for_update().get(pk=customer.pk)
        words = {fact: value for fact, value in details.checked(dict(says), kept).items() if value}
        record = _record_of(kept, system, external_id, at)
        changed = [fact for fact, value in words.items() if _hear(record, fact, value, told_at, verified=verified)]
        if changed:
            facts = {"system": system.name, "id": external_id, "changed": ", ".join(changed), "says": words}
            recording.record(kept, "accounts.source_told", actor=actor, at=at, about=record, facts=facts, internal=True)
            _let_survive(kept, {MATTER_OF[fact] for fact in changed}, actor, at)
    return record


def verify(*, actor: User, value: SourceValue, at: datetime) -> SourceValue:
    """Note that somebody made sure of a word just now, and let the rules say what holds.

    Raises:
        Refusal: the actor does not tend data.
    """
    _must_have_level(actor, access.TEND_DATA)
    with transaction.atomic():
        kept: Customer = Customer.objects.select_for_update().get(pk=value.record.customer_id)
        held = SourceValue.objects.select_for_update().select_related("record__system").get(pk=value.pk)
        held.verified_at = max(at, held.told_at)
        held.save(update_fields=["verified_at"])
        facts = {"system": held.record.system.name, "fact": held.fact, "value": held.value}
        recording.record(kept, "accounts.source_verified", actor=actor, at=at, about=held.record, facts=facts, internal=True)
        _let_survive(kept, {MATTER_OF[held.fact]}, actor, at)
    return held


def adopt(*, actor: User, value: SourceValue, at: datetime) -> Customer:
    """Keep what a record says about the matter of `value`, whatever the rule picks: a steward's decision.

    Raises:
        details.FactsRefused: by now the value breaks a rule of the house.
        Refusal: the actor does not tend data.
    """
    _must_have_level(actor, access.TEND_DATA)
    with transaction.atomic():
        kept: Customer = Customer.objects.select_for_update().get(pk=value.record.customer_id)
        rows = SourceValue.objects.filter(record=value.record_id, fact__in=MATTERS[MATTER_OF[value.fact]])
        return details.change(actor=actor, customer=kept, at=at, **{row.fact: row.value for row in rows})


def of_customer(customer: Customer) -> list[Matter]:
    """Return every matter that a source speaks of, with all words side by side. Two statements."""
    rules = dict(SurvivorshipRule.objects.values_list("matter", "picks"))
    said: dict[str, list[SourceValue]] = defaultdict(list)
    held = SourceValue.objects.filter(record__customer__in=customer.as_one()).select_related("record__system")
    for value in held.order_by("record__system__rank", "record_id", "pk"):
        said[MATTER_OF[value.fact]].append(value)
    return [
        Matter(
            code,
            {fact: getattr(customer, fact) for fact in MATTERS[code]},
            said[code],
            rules.get(code, survivorship.BY_HAND),
            survivorship.choose(rules.get(code, survivorship.BY_HAND), _words(said[code], ZoneInfo(customer.timezone))),
        )
        for code in MATTERS
        if code in said
    ]


def _must_have_level(actor: User | None, action: access.Action) -> None:
    if actor is not None and access.level_of(actor) not in action.levels:
        raise Refusal(_("This is for our people who tend data."), code="not_your_level")


def _must_make_sense(external_id: str, says: Mapping[str, str], told_at: datetime, at: datetime) -> None:
    if not external_id or len(external_id) > 120:
        raise SourceRefused(_("A record has an id in its system, at most 120 characters long."), code="external_id_missing")
    if unknown := sorted(set(says) - set(MATTER_OF)):
        raise SourceRefused(_("Sources do not speak of {unknown}.").format(unknown=", ".join(unknown)), code="fact_unknown")
    if not any(value.strip() for value in says.values()):
        raise SourceRefused(_("The record says nothing."), code="says_nothing")
    if told_at > at:
        raise SourceRefused(_("A record cannot have said so at a moment that is still to come."), code="told_in_the_future")


def _record_of(customer: Customer, system: SourceSystem, external_id: str, at: datetime) -> SourceRecord:
    given = {"customer": customer, "first_told_at": at}
    record, _anew = SourceRecord.objects.get_or_create(system=system, external_id=external_id, defaults=given)
    speaks_of = record.customer.merged_into_id or record.customer_id
    if speaks_of != customer.pk and record.customer_id != customer.pk:
        raise SourceRefused(
            _("{record} speaks of {name}.").format(record=record, name=record.customer.name), code="record_of_another"
        )
    return record


def _hear(record: SourceRecord, fact: str, value: str, told_at: datetime, *, verified: bool) -> bool:
    """Keep a word unless a newer one is held; say whether anything is new."""
    held = SourceValue.objects.filter(record=record, fact=fact).first()
    if held is None:
        SourceValue.objects.create(
            record=record, fact=fact, value=value, told_at=told_at, verified_at=told_at if verified else None
        )
        return True
    if told_at < held.told_at or (held.value == value and not (verified and (held.verified_at or held.told_at) < told_at)):
        return False
    same = held.value == value
    held.verified_at = told_at if verified else held.verified_at if same else None
    held.value, held.told_at = value, held.told_at if same else told_at
    held.save(update_fields=["value", "told_at", "verified_at"])
    return True


def _let_survive(customer: Customer, matters: set[str], actor: User | None, at: datetime) -> None:
    """Keep what the rules pick of these matters; where a steward decides nothing changes."""
    with in_plain_words():
        chosen = [matter.choice for matter in of_customer(customer) if matter.code in matters and not matter.agrees]
    for choice in chosen:
        if choice.word is None:
            continue
        details.change(actor=actor, customer=customer, at=at, **choice.word.values)
        facts = {"facts": ", ".join(choice.word.values), "why": choice.why}
        recording.record(customer, "accounts.source_survived", actor=actor, at=at, facts=facts, internal=True)
        for fact, value in choice.word.values.items():
            setattr(customer, fact, value)


def _words(values: Iterable[SourceValue], zone: ZoneInfo) -> list[Word]:
    """Return what each record says as one word: told when its latest part was, verified when all of it is, in the zone."""
    by_record: dict[int, list[SourceValue]] = defaultdict(list)
    for value in values:
        by_record[value.record_id].append(value)
    return [_word(parts, zone) for parts in by_record.values()]


def _word(parts: list[SourceValue], zone: ZoneInfo) -> Word:
    record = parts[0].record
    verified = [part.verified_at for part in parts if part.verified_at]
    return Word(
        record=record.pk,
        system=record.system.name,
        rank=record.system.rank,
        values={part.fact: part.value for part in parts},
        told_at=max(part.told_at for part in parts).astimezone(zone),
        verified_at=min(verified).astimezone(zone) if len(verified) == len(parts) else None,
    )
