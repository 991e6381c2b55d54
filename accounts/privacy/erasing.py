"""Erasing: a person asks to be forgotten; two persons see to it; what the law keeps is kept, and the preview says why.

Afterwards their login is a pseudonym that opens nothing, and in every table but the kept ones their e-mail and their full name
are replaced by it: e-mail wherever it stands, the name in rows that refer to the person or belong to a group they stood in. The
timeline and other tables that are only ever added to are pseudonymised here and nowhere else. Doing it twice changes nothing.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import pgtrigger
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Decision, Refusal
from accounts.people import access, second_person
from accounts.people.models import Membership, User
from accounts.privacy import holdings
from accounts.privacy.holdings import Holding
from accounts.privacy.models import Erasure, Export
from accounts.timeline import recording

OPEN: Final = (Erasure.Status.ASKED, Erasure.Status.PREVIEWED, Erasure.Status.CONFIRMED)
NEW_NAME, NEW_EMAIL = "Erased person {pk}", "erased-{pk}@erased.invalid"
NAME_OF_PARTS: Final = re.compile(r"\S+\s+\S+")


class MayNotErase(Refusal):
    """Asks for or decides what is not theirs to decide."""

    code = "may_not_erase"


class CannotBeErased(Refusal):
    """One of our own people, a program, or a person who is erased already."""

    code = "cannot_be_erased"


class SecondPersonNeeded(Refusal):
    """Who asks does not confirm."""

    code = "second_person_needed"


class NotOpen(Refusal):
    """It was decided before, or its preview is not there yet."""

    code = "erasure_not_open"


def ask(*, actor: User, person: User, reason: str, at: datetime) -> Erasure:
    """Ask that `person` be forgotten: themselves, or one of our people for them. Asking again returns the open wish.

    Raises:
        MayNotErase: somebody else asks.
        CannotBeErased: the person works for us, is a program, or is erased.
    """
    if actor.pk != person.pk and access.level_of(actor) not in access.HANDLE_PRIVACY.levels:
        raise MayNotErase(_("You may only ask this for yourself."))
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person.pk)
        if access.level_of(person) or person.is_program or person.is_staff or _erased(person):
            raise CannotBeErased(_("Only a customer's person who is not erased yet can be erased."))
        if waiting := Erasure.objects.filter(person=person, status__in=OPEN).first():
            return waiting
        wish = Erasure.objects.create(person=person, reason=reason.strip()[:300], asked_by=actor, asked_at=at)
        recording.record(None, "accounts.erasure_asked", actor=actor, at=at, about=wish, internal=True)
    return wish


def may_decide(actor: User, erasure: Erasure) -> Decision:
    """Say whether `actor` is a second person beside who asked for the erasure."""
    return second_person.decide(actor, erasure.asked_by, reason=_("You asked for this erasure; a second person confirms it."))


def decide(*, actor: User, erasure: Erasure, confirmed: bool, answer: str, at: datetime) -> Erasure:
    """Confirm the erasure as a second person, or refuse it; the work itself is done by a task.

    Raises:
        MayNotErase: the actor does not decide about privacy.
        SecondPersonNeeded: the actor asked for it.
        NotOpen: it was decided before, or nobody could see yet what it means.
    """
    if access.level_of(actor) not in access.DECIDE_PRIVACY.levels:
        raise MayNotErase(_("Supervisors and managers decide about erasures."))
    with transaction.atomic():
        wish = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if not (second := may_decide(actor, wish)).allowed:
            raise SecondPersonNeeded(second.reason)
        if wish.status != Erasure.Status.PREVIEWED:
            raise NotOpen(_("This erasure does not wait for a decision."))
        wish.status = Erasure.Status.CONFIRMED if confirmed else Erasure.Status.REFUSED
        wish.decided_by, wish.decided_at, wish.answer = actor, at, answer.strip()[:300]
        wish.save(update_fields=["status", "decided_by", "decided_at", "answer"])
        kind = "accounts.erasure_confirmed" if confirmed else "accounts.erasure_refused"
        recording.record(None, kind, actor=actor, at=at, about=wish, internal=True)
    return wish


def work_off(*, at: datetime) -> int:
    """Preview what was asked for and carry out what was confirmed; return how many wishes went on."""
    waiting = Erasure.objects.filter(status__in=(Erasure.Status.ASKED, Erasure.Status.CONFIRMED)).order_by("asked_at", "pk")
    return sum(_go_on(pk, at) for pk in list(waiting.values_list("pk", flat=True)))


def _go_on(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        wish = Erasure.objects.select_for_update(of=("self",), skip_locked=True).select_related("person").filter(pk=pk).first()
        if wish is None:
            return False
        if wish.status == Erasure.Status.ASKED:
            wish.preview, wish.status = preview_of(wish.person), Erasure.Status.PREVIEWED
            wish.save(update_fields=["preview", "status"])
        elif wish.status == Erasure.Status.CONFIRMED:
            _carry_out(wish, at)
    return True


def preview_of(person: User) -> dict[str, list[Any]]:
    """Return what erasing `person` would replace and what it would keep: the words, table, rows, and for the kept the rule."""
    erased, kept = [], []
    for holding in holdings.every():
        if rule := holdings.KEPT.get(holding.label):
            if rows := _kept_rows(holding, person):
                kept.append({"table": holding.name, "rows": rows, "rule": rule})
        elif rows := _rows_with_traces(holding, person).count():
            erased.append({"table": holding.name, "rows": rows})
    for model, column in holdings.credentials():
        if rows := model._default_manager.filter(**{column: person.pk}).count():
            erased.append({"table": str(model._meta.verbose_name_plural), "rows": rows})
    return {"words": [words for words, _new in _traces(person)], "erased": erased, "kept": kept}


def _kept_rows(holding: Holding, person: User) -> int:
    """Count what names the person, and the vouchers of the customers they have or had a role at: these stay, too."""
    named = Q(pk__in=_rows_with_traces(holding, person).values("pk"))
    for column in holding.to_person:
        named |= Q(**{column: person.pk})
    if holdings.KEPT[holding.label] == holdings.VOUCHERS and holding.to_customer != "-":
        theirs = Customer.objects.filter(memberships__user=person)
        named |= Q(**{f"{holding.to_customer}__in": theirs.values("pk")})
    return holding.model._default_manager.filter(named).count()


def _carry_out(wish: Erasure, at: datetime) -> None:
    person = wish.person
    with pgtrigger.ignore(*_only_added()):
        for holding in holdings.every():
            if holding.label not in holdings.KEPT and holding.model is not User:
                _replace(holding, person)
    for model, column in holdings.credentials():
        model._default_manager.filter(**{column: person.pk}).delete()
    Export.objects.filter(person=person).update(content=None)
    day = at.date()
    Membership.objects.filter(Q(until=None) | Q(until__gt=day), user=person, since__lte=day).update(until=day)
    _forget_in_wishes(person)
    _close(person)
    wish.status, wish.done_at = Erasure.Status.DONE, at
    wish.save(update_fields=["status", "done_at"])
    recording.record(None, "accounts.erasure_done", actor=wish.decided_by, at=at, about=wish, internal=True)


def _forget_in_wishes(person: User) -> None:
    """Take the name and the address out of every wish of the person: that they were erased is kept, not what."""
    _replace(next(holding for holding in holdings.every() if holding.model is Erasure), person)
    for wish in Erasure.objects.filter(person=person).only("preview"):
        wish.preview = {name: told for name, told in wish.preview.items() if name != "words"}
        wish.save(update_fields=["preview"])


def _close(person: User) -> None:
    person.name, person.email, person.is_active = NEW_NAME.format(pk=person.pk), NEW_EMAIL.format(pk=person.pk), False
    person.set_unusable_password()
    person.save(update_fields=["name", "email", "is_active", "password"])


def _erased(person: User) -> bool:
    return person.email == NEW_EMAIL.format(pk=person.pk)


def _only_added() -> list[str]:
    """Return the triggers that refuse changes of rows, of the tables that are not kept."""
    names = [(model._meta.label, trigger.name) for model, trigger in pgtrigger.registered()]
    return [f"{label}:{name}" for label, name in names if str(name).endswith("_is_only_added") and label not in holdings.KEPT]


def _traces(person: User) -> Iterator[tuple[str, str]]:
    """Return what is looked for and what takes its place.

    A name only when it has two parts, so that no common word goes, and when nobody else bears it: else their traces would go too.
    """
    yield person.email, NEW_EMAIL.format(pk=person.pk)
    name = person.name.strip()
    if NAME_OF_PARTS.fullmatch(name) and not User.objects.filter(name__iexact=name).exclude(pk=person.pk).exists():
        yield name, NEW_NAME.format(pk=person.pk)


def _rows_with_traces(holding: Holding, person: User) -> QuerySet[Any]:
    rows = holding.model._default_manager.all()
    if holding.model is User:
        return rows.filter(pk=person.pk)
    found = Q(pk__in=[])
    for trace, _kept in _traces(person):
        where = Q()
        for field in holding.words:
            where |= _holding_text(field, trace)
        found |= where & (Q() if "@" in trace else _near(holding, person)) if where else Q(pk__in=[])
    return rows.filter(found)


def _holding_text(field: "models.Field[Any, Any]", trace: str) -> Q:
    table, column = (connection.ops.quote_name(str(name)) for name in (field.model._meta.db_table, field.column))
    sql = f"{table}.{column}::text ~* %s"
    return Q(RawSQL(sql, [_pattern(trace)], output_field=models.BooleanField()))  # noqa: S611 (names are quoted, values parameters)


def _pattern(trace: str) -> str:
    return rf"(?<![\w.+-]){re.escape(trace)}(?![\w-])"


def _near(holding: Holding, person: User) -> Q:
    """Rows that refer to the person, or that belong to a group the person stood in."""
    near = Q(pk__in=[])
    for column in holding.to_person:
        near |= Q(**{column: person.pk})
    if holding.to_customer != "-":
        trees = Customer.objects.filter(memberships__user=person).values("tree_id")
        near |= Q(**{f"{holding.to_customer}__in": Customer.objects.filter(tree_id__in=trees).values("pk")})
    return near


def _replace(holding: Holding, person: User) -> None:
    if raw := holdings.RAW.get(holding.label):
        column, address = raw
        holding.model._default_manager.filter(**{f"{address}__icontains": person.email}).update(**{column: b""})
    if number := holdings.NUMBERS.get(holding.label):
        column, whose = number
        holding.model._default_manager.filter(**{whose: person.pk}).update(**{column: ""})
    for trace, pseudonym in _traces(person):
        near = Q() if "@" in trace else _near(holding, person)
        for field in holding.words:
            rows = holding.model._default_manager.filter(near & _holding_text(field, trace))
            rows.update(**{field.name: _replaced(field, trace, pseudonym)})


def _replaced(field: "models.Field[Any, Any]", trace: str, pseudonym: str) -> RawSQL:
    table, column = (connection.ops.quote_name(str(name)) for name in (field.model._meta.db_table, field.column))
    longest = getattr(field, "max_length", None) if isinstance(field, models.CharField) else None
    sql = f"regexp_replace({table}.{column}::text, %s, %s, 'gi')"
    sql = f"left({sql}, {int(longest)})" if longest else sql
    cast = f"({sql})::{field.db_type(connection)}"
    return RawSQL(cast, [_pattern(trace), pseudonym], output_field=field)  # noqa: S611 (names are quoted, values parameters)
