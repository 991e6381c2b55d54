"""Tags: the managed list of words that tickets are found by. Tickets bear tags by name; saved views and macros name them too.

Agents coin new ones while policy lets them; who did and when stands in the list. Renaming changes every ticket that bears the tag
in one statement; renaming to a tag there is merges both. Renaming back undoes the first, not the second.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Count, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.policies import resolving
from accounts.timeline import recording
from support.desk.macro_models import MacroVersion, SavedView
from support.tickets.models import Ticket
from support.tickets.tag_models import Tag

COIN: Final = "tickets.coin_tags"
LONGEST: Final = 40
NAMES: Final = ArrayField(models.CharField(max_length=LONGEST))


class TagRefused(Refusal):
    """A tag that is retired or may not be coined, no name, or not the actor's to manage."""

    code = "tag_refused"


def enlist(*, actor: User, names: Iterable[str], at: datetime) -> None:
    """See that tags may be put on a ticket, and put new ones in the list; part of a use case that puts them on.

    Raises:
        TagRefused: one is retired, or new while agents do not coin any.
    """
    wanted = list(dict.fromkeys(names))
    known = {tag.name: tag for tag in Tag.objects.filter(name__in=wanted)}
    if reason := unfit(wanted, known.values()):
        raise TagRefused(reason)
    fresh = [name for name in wanted if name not in known]
    if not fresh:
        return
    if not resolving.resolve_at(resolving.HOUSE, at.date(), [COIN])[COIN].value and not _manages(actor):
        raise TagRefused(_("There is no tag “{tag}”, and only managers coin new ones.").format(tag=fresh[0]))
    Tag.objects.bulk_create([Tag(name=name, coined_by=actor, coined_at=at) for name in fresh], ignore_conflicts=True)


def unfit(names: Iterable[str], known: Iterable[Tag]) -> str:
    """Say which of `names` is retired, in words; empty: none."""
    retired = {tag.name for tag in known if tag.retired}
    return next((_("The tag “{tag}” is retired.").format(tag=name) for name in names if name in retired), "")


def named(names: Sequence[str]) -> list[Tag]:
    """Return those of `names` that stand in the list."""
    return list(Tag.objects.filter(name__in=names)) if names else []


def to_choose() -> list[str]:
    """Return the names agents choose from."""
    return list(Tag.objects.filter(retired=False).values_list("name", flat=True))


def with_open_tickets(tags: QuerySet[Tag]) -> QuerySet[Tag]:
    """Return `tags`, each with how many unresolved tickets bear it."""
    only_it = Func(OuterRef("name"), template="ARRAY[%(expressions)s]::varchar(40)[]", output_field=NAMES)
    bearing = Ticket.objects.unresolved().standing().filter(tags__contains=only_it).order_by()
    counted = bearing.annotate(one=Value(1)).values("one").annotate(count=Count("pk")).values("count")
    return tags.annotate(open_tickets=Coalesce(Subquery(counted), 0))


def describe(*, actor: User, name: str, purpose: str, retired: bool, at: datetime) -> Tag:
    """Put a tag in the list, or say what it is for and whether it is still put on tickets. The same again changes nothing.

    Raises:
        TagRefused: no manager, or no name.
    """
    _require_manager(actor)
    name, facts = _name(name), {"purpose": purpose.strip()[:200], "retired": retired}
    with transaction.atomic():
        tag, is_new = Tag.objects.select_for_update().get_or_create(
            name=name, defaults=facts | {"coined_by": actor, "coined_at": at}
        )
        changed = [field for field, value in facts.items() if getattr(tag, field) != value]
        for field in changed:
            setattr(tag, field, facts[field])
        tag.save(update_fields=changed)
        if changed or is_new:
            what = "retired" if retired else tag.purpose or "in use"
            _record(actor, tag, what, at)
    return tag


def rename(*, actor: User, tag: Tag, to: str, at: datetime) -> Tag:
    """Call a tag something else on every ticket and saved view; a name there is merges both. The same name changes nothing.

    Raises:
        TagRefused: no manager, no name, a retired tag of that name, or a macro puts the tag on or takes it off.
    """
    _require_manager(actor)
    to = _name(to)
    with transaction.atomic():
        held = {one.pk: one for one in Tag.objects.select_for_update().filter(Q(pk=tag.pk) | Q(name=to)).order_by("pk")}
        if to == held[tag.pk].name:
            return held[tag.pk]
        tag = held.pop(tag.pk)
        other = next(iter(held.values()), None)
        if other and other.retired:
            raise TagRefused(_("The tag “{tag}” is retired.").format(tag=to))
        _require_no_macro(tag.name)
        count, old = _replace(tag.name, to), tag.name
        kept = _merge(tag, other) if other else _call(tag, to)
        words = "merged with" if other else "before"
        _record(actor, kept, f"{words} “{old}”, tickets: {count}", at)
    return kept


def _replace(old: str, new: str) -> int:
    """Put `new` in the place of `old` on every ticket, each once; return how many tickets changed."""
    views = SavedView.objects.select_for_update().filter(filters__tag=old)
    for view in views:
        view.filters = view.filters | {"tag": new}
    SavedView.objects.bulk_update(views, ["filters"])
    without_new = Func(F("tags"), Value(new), function="array_remove", output_field=NAMES)
    return Ticket.objects.filter(tags__contains=[old]).update(
        tags=Func(without_new, Value(old), Value(new), function="array_replace", output_field=NAMES)
    )


def _call(tag: Tag, name: str) -> Tag:
    tag.name = name
    tag.save(update_fields=["name"])
    return tag


def _merge(tag: Tag, into: Tag) -> Tag:
    """Retire a tag whose tickets bear another one now, so that nobody coins it again."""
    tag.retired = True
    tag.save(update_fields=["retired"])
    return into


def _require_no_macro(name: str) -> None:
    newest = MacroVersion.objects.filter(macro=OuterRef("macro")).order_by("-number").values("pk")[:1]
    in_use = MacroVersion.objects.filter(macro__active=True, pk=Subquery(newest))
    for lists in ("add_tags", "remove_tags"):
        if found := in_use.filter(**{f"change__{lists}__contains": [name]}).order_by("pk").first():
            raise TagRefused(_("The macro “{macro}” names this tag. Change the macro first.").format(macro=found.label))


def _name(text: str) -> str:
    name = " ".join(text.replace("\x00", "").lower().split())
    if not name or "," in name or len(name) > LONGEST:
        raise TagRefused(_("A tag has a name of at most {most} characters, without commas.").format(most=LONGEST))
    return name


def _manages(actor: User) -> bool:
    return access.level_of(actor) in access.STEER.levels


def _require_manager(actor: User) -> None:
    if not _manages(actor):
        raise TagRefused(_("Managers keep the list of tags."))


def _record(actor: User, tag: Tag, what: str, at: datetime) -> None:
    facts = {"tag": tag.name, "what": what}
    recording.record(None, "support.tag_set", actor=actor, at=at, about=tag, facts=facts, internal=True)
