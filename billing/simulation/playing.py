"""Playing a scenario: day by day, events first, then whatever falls due, and at the end nothing of it ever was.

What the house will not do is refused by name; what is refused changes nothing and the rest goes on.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Min

from accounts.decisions import Refusal
from billing.contracts.models import Subscription
from billing.invoices import run
from billing.simulation import contract_acts, drafts, money_acts, scenario, stage, telling
from billing.simulation.scenario import Happening, NotInTheHouse, Scenario
from billing.simulation.stage import Stage

ACTS: Final[Mapping[str, tuple[Callable[[Stage, Happening], None], str]]] = {
    "subscribe": (contract_acts.subscribe, "subscription plan account quantity price_override on"),
    "change_plan": (contract_acts.change_plan, "subscription plan policy on new_anchor price_override"),
    "set_quantity": (contract_acts.set_quantity, "subscription quantity effective"),
    "override_price": (contract_acts.override_price, "subscription price price_override effective"),
    "set_anchor": (contract_acts.set_anchor, "subscription account day type date week_start effective"),
    "pause": (contract_acts.pause, "subscription effective"),
    "resume": (contract_acts.resume, "subscription effective"),
    "cancel": (contract_acts.cancel, "subscription policy on"),
    "undo": (contract_acts.undo, "event"),
    "usage": (contract_acts.use, "subscription metric units amount events at aggregation item"),
    "price_change": (contract_acts.price_change, "plan price for_existing_from"),
    "attach": (contract_acts.attach, "account parent payer"),
    "detach": (contract_acts.detach, "account"),
    "set_payer": (contract_acts.set_payer, "account payer"),
    "one_off": (money_acts.one_off, "account amount description"),
    "topup": (money_acts.top_up, "account credits price"),
    "credit": (money_acts.credit, "account amount description"),
    "adjust_line": (money_acts.adjust_line, "invoice line amount"),
    "credit_note": (money_acts.credit_note, "invoice lines refund"),
    "void": (money_acts.void, "invoice"),
    "write_off": (money_acts.write_off, "invoice"),
    "payment": (money_acts.pay, "account amount invoice outcome"),
    "refund": (money_acts.refund, "payment amount adjust"),
    "chargeback": (money_acts.chargeback, "payment amount"),
    "chargeback_reversal": (money_acts.chargeback_reversal, "payment amount"),
    "coupon": (money_acts.coupon, "account subscription amount percent periods plans code name description"),
    "finalize": (drafts.finalize, "invoice"),
    "bill_run": (money_acts.bill_run, "target_date"),
}
NEEDS_INVOICE: Final = {"payment", "credit_note", "adjust_line", "void", "write_off", "refund"}


def play(given: object) -> dict[str, Any]:
    """Play one scenario and return what came of it; the database is as before.

    Raises:
        BadScenario: it is malformed as a whole.
    """
    read = _read(given)
    if isinstance(read, dict):
        return read
    with transaction.atomic():
        told = _played(read)
        transaction.set_rollback(True)
    return told


def _read(given: object) -> Scenario | dict[str, Any]:
    try:
        return scenario.read(given)
    except NotInTheHouse as refusal:
        name = str(given.get("id", "")) if isinstance(given, Mapping) else ""
        return telling.nothing_played(name, refusal)


def _played(read: Scenario) -> dict[str, Any]:
    refused: list[dict[str, Any]] = []
    states: list[dict[str, Any]] = []
    try:
        with transaction.atomic():
            play = stage.build(read)
    except NotInTheHouse as refusal:
        return telling.nothing_played(read.id, refusal)
    events: dict[date, list[Happening]] = defaultdict(list)
    for event in sorted(read.events, key=lambda event: event.on):
        events[event.on].append(event)
    day: date | None = min([*events, read.start])
    while day is not None and day <= read.until:
        _play_day(play, day, events.get(day, []), states, refused)
        day = _next_day(play, events, day)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return telling.result(play, states, refused)


def _play_day(
    play: Stage, day: date, events: list[Happening], states: list[dict[str, Any]], refused: list[dict[str, Any]]
) -> None:
    for event in events:
        if event.what in NEEDS_INVOICE and not play.scenario.runs_listed and not play.documents():
            _bill(play, day, refused)
        _act(play, event, refused)
        states.append(telling.balances(play))
    if not play.scenario.runs_listed:
        _bill(play, day, refused)
        if events:
            states[-1] = telling.balances(play)


def _act(play: Stage, event: Happening, refused: list[dict[str, Any]]) -> None:
    before = play.remembered()
    try:
        with transaction.atomic():
            act, known = _act_of(event)
            if unknown := sorted(event.args.keys() - set(known.split())):
                raise NotInTheHouse(f"{event.what} knows no {', '.join(unknown)[:80]}.")
            act(play, event)
    except Refusal as refusal:
        play.remember(before)
        refused.append(telling.refusal(refusal, event))


def _act_of(event: Happening) -> tuple[Callable[[Stage, Happening], None], str]:
    if event.what not in ACTS:
        raise NotInTheHouse(f"{event.what!r} is no event that is known.")
    return ACTS[event.what]


def _bill(play: Stage, day: date, refused: list[dict[str, Any]]) -> None:
    """Bill every account for what has fallen due; one that cannot be billed is told and stops no other."""
    for code in play.accounts:
        try:
            with transaction.atomic():
                if play.scenario.drafts:
                    drafts.draft(play, code, day)
                else:
                    run.bill(payer=play.customer(code), on=day, at=play.at(day, len(play.scenario.events)))
        except (Refusal, DatabaseError) as problem:
            refused.append(telling.failed_run(problem, code, day))


def _next_day(play: Stage, events: Mapping[date, list[Happening]], day: date) -> date | None:
    coming = [on for on in events if on > day]
    if not play.scenario.runs_listed:
        held = [subscription.pk for subscription in play.subscriptions.values()]
        due = Subscription.objects.filter(pk__in=held, next_due_on__gt=day).aggregate(first=Min("next_due_on"))["first"]
        coming += [due] if due else []
        coming += [again for again in play.looks_again.values() if again and again > day]
    return min(coming, default=None)
