"""What events do to contracts: start, change, pause, resume, cancel, undo, new prices, usage, and the tree of accounts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from accounts.customers import tree
from billing import money
from billing.contracts import events, histories, signing
from billing.contracts.models import ContractEvent, Subscription
from billing.periods import Alignment
from billing.rating import service
from billing.rating.segments import TRIAL
from billing.simulation import offers, stage
from billing.simulation.scenario import BadScenario, Happening, NotInTheHouse, day_in, day_of
from billing.simulation.stage import Stage
from billing.usage import recording as usage

What = ContractEvent.What
AT_ONCE: Final = {None, "immediate", "now"}
AT_END: Final = {"end_of_term", "end_of_period", "next_period", "end_of_cycle"}


def subscribe(play: Stage, now: Happening) -> None:
    """Start a plan for an account."""
    code, account = str(now.args.get("subscription", f"S{len(play.subscriptions) + 1}")), play.account(now.args)
    if code in play.subscriptions:
        raise BadScenario(f"The subscription {code} has started already.")
    on = day_of(now.args["on"], "on") if now.args.get("on") else now.on
    at = play.at(now.on, now.place)
    started = signing.subscribe(
        actor=None, contract=play.contract(account, now.on, at), customer=play.accounts[account],
        plan_version=play.version(now.args, on), effective_on=on, at=at, quantity=now.args.get("quantity", 1),
        price_override=_price(now.args),
    )  # fmt: skip
    play.subscriptions[code], play.plan_of[code] = started, str(now.args["plan"])


def change_plan(play: Stage, now: Happening) -> None:
    """Change to another plan: at once, at the end of the term, or on a requested day."""
    on, args = _when(now, now.args.get("policy"), now.args.get("on"))
    if now.args.get("new_anchor"):
        args["new_anchor"] = now.args["new_anchor"]
    version = play.version(now.args, on)
    _add(play, now, What.CHANGE_PLAN, on, args, plan_version=version, price_override=_price(now.args))


def set_quantity(play: Stage, now: Happening) -> None:
    """Change how many units there are."""
    on, args = _when(now, now.args.get("effective"), None)
    _add(play, now, What.SET_QUANTITY, on, args, quantity=now.args.get("quantity"))


def override_price(play: Stage, now: Happening) -> None:
    """Agree on another price for the plan's main charge; without one the listed price holds again."""
    on, args = _when(now, now.args.get("effective"), None)
    price = now.args.get("price", now.args.get("price_override"))
    agreed = None if price is None else money.exact_decimal(price)
    _add(play, now, What.OVERRIDE_PRICE, on, args, price_override=agreed)


def pause(play: Stage, now: Happening) -> None:
    """Pause a subscription."""
    on, args = _when(now, now.args.get("effective"), None)
    _add(play, now, What.PAUSE, on, args)


def resume(play: Stage, now: Happening) -> None:
    """Resume a paused subscription."""
    on, args = _when(now, now.args.get("effective"), None)
    _add(play, now, What.RESUME, on, args)


def cancel(play: Stage, now: Happening) -> None:
    """Cancel a subscription: at once, at the end of the term, or on a requested day."""
    on, args = _when(now, now.args.get("policy"), now.args.get("on"))
    _add(play, now, What.CANCEL, on, args)


def set_anchor(play: Stage, now: Happening) -> None:
    """Give one subscription, or all of an account, another billing day."""
    details = {name: value for name, value in now.args.items() if name not in ("subscription", "account", "effective")}
    alignment = Alignment.parse(details if "type" in details else {"type": "bcd", "day": details.get("day")}).as_params()
    on, args = _when(now, now.args.get("effective"), None)
    named = [now.args["subscription"]] if "subscription" in now.args else list(play.subscriptions)
    for code in named:
        subscription = play.subscription({"subscription": code})
        if "account" not in now.args or subscription.customer_id == play.accounts[play.account(now.args)].pk:
            _record(play, now, subscription, What.SET_ANCHOR, on, args={**alignment, **args})


def undo(play: Stage, now: Happening) -> None:
    """Take back what an earlier event brought and is still to come."""
    for made in reversed(play.earlier(now, now.args.get("event"))):
        events.undo(actor=None, event=made, at=play.at(now.on, now.place), today=now.on)


def price_change(play: Stage, now: Happening) -> None:
    """Publish a new price; those who have the plan get it with the first cycle on or after `for_existing_from`."""
    code = now.args.get("plan")
    if code not in play.plans or now.args.get("price") is None:
        raise BadScenario("A new price names its plan and its price.")
    version = stage.publish(play, str(code), offers.at_price(play.offers[str(code)], now.args["price"]), effective_on=now.on)
    if not now.args.get("for_existing_from"):
        return
    since = day_of(now.args["for_existing_from"], "for_existing_from")
    for name, plan in play.plan_of.items():
        subscription = play.subscription({"subscription": name})
        if plan == code and (on := _first_cycle(subscription, since)):
            _record(play, now, subscription, What.CHANGE_PLAN, on, plan_version=version, args={})


def use(play: Stage, now: Happening) -> None:
    """Record what was used by the subscriptions that are charged for it."""
    metric = str(now.args.get("metric", ""))
    usage.define_meter(code=metric, aggregation=now.args.get("aggregation", "sum"))
    at = play.at(now.on, now.place)
    used_on = day_in(now.args["at"], play.scenario.timezone, "at") if now.args.get("at") else now.on
    subscription = play.subscription(now.args) if "subscription" in now.args else _using(play, metric, used_on)
    amount, count, amounts = now.args.get("amount"), now.args.get("events", 1), []
    if isinstance(count, list):
        amounts, count = count, 1
    if isinstance(count, bool) or not isinstance(count, int):
        raise BadScenario("The events of a use are their number, or a list of their amounts.")
    parts = amounts or [amount]
    usage.record(
        [
            usage.Measurement(
                subscription=subscription.ref, metric=metric, key=f"{now.place}-{number}", used_at=min(play.at(used_on), at),
                units=money.exact_decimal(now.args.get("units") or 0), events=count,
                amount=None if part is None else money.exact_decimal(part), item=str(now.args.get("item", "")),
            )
            for number, part in enumerate(parts)
        ],
        at=at,
    )  # fmt: skip


def attach(play: Stage, now: Happening) -> None:
    """Put an account under another one, which pays for it from then on unless it says otherwise."""
    code, parent = play.account(now.args), play.account(now.args, "parent")
    _place(play, code, parent)
    stage.name_payer(play, code, now.args.get("payer", "parent"), since=now.on, at=play.at(now.on, now.place))


def detach(play: Stage, now: Happening) -> None:
    """Take an account out of its group; from then on it pays for itself."""
    code = play.account(now.args)
    stage.name_payer(play, code, "self", since=now.on, at=play.at(now.on, now.place))
    _place(play, code, None)


def set_payer(play: Stage, now: Happening) -> None:
    """Say who pays for an account from this day on."""
    stage.name_payer(play, play.account(now.args), now.args.get("payer"), since=now.on, at=play.at(now.on, now.place))


def _place(play: Stage, code: str, parent: str | None) -> None:
    above = play.customer(parent) if parent else None
    tree.lock_for_move(play.accounts[code], above)
    tree.place(play.customer(code), play.customer(parent) if parent else None)


def _add(play: Stage, now: Happening, what: str, on: date, args: dict[str, Any], **facts: Any) -> None:
    subscription = play.subscription(now.args)
    _record(play, now, subscription, what, on, args=args, **facts)
    if what == What.CHANGE_PLAN:
        code = next(name for name, held in play.subscriptions.items() if held.pk == subscription.pk)
        play.plan_of[code] = str(now.args["plan"])


def _record(play: Stage, now: Happening, subscription: Subscription, what: str, on: date, **facts: Any) -> None:
    made = events.add(actor=None, subscription=subscription, what=what, effective_on=on, at=play.at(now.on, now.place), **facts)
    play.events.setdefault(now.place, []).append(made)


def _when(now: Happening, policy: object, on: object) -> tuple[date, dict[str, Any]]:
    """Return the day an event is recorded for, and what it says of the time it takes effect."""
    if policy in AT_END:
        return now.on, {"policy": "end_of_term"}
    if policy == "requested_date" or (policy is None and on is not None):
        return now.on, {"policy": "requested_date", "on": day_of(on, "on").isoformat()}
    if policy in AT_ONCE:
        return now.on, {}
    try:
        return day_of(policy, "policy"), {}
    except BadScenario:
        raise NotInTheHouse(f"{policy!r} does not say when a change takes effect.") from None


def _price(args: Mapping[str, Any]) -> Decimal | None:
    given = args.get("price_override")
    return None if given is None else money.exact_decimal(given)


def _first_cycle(subscription: Subscription, since: date) -> date | None:
    """Return the first day on or after `since` on which a cycle of the main charge begins, unless it ends before."""
    life = service.read(histories.history_of(subscription))
    running = [segment for segment in life.segments if segment.until is None or segment.until > since]
    main = running[0].plan.main if running else None
    if main is None or running[0].phase == TRIAL:
        return max(since, life.billing_start) if running else None
    calendar = life.calendar(main.interval)
    inside = calendar.cycle_containing(since)
    return since if inside.since == since else calendar.next_after(max(since, life.billing_start))


def _using(play: Stage, metric: str, on: date) -> Subscription:
    """Return the one subscription that is charged for a metric on a day."""
    for code in play.subscriptions:
        subscription = play.subscription({"subscription": code})
        for segment in service.segments(histories.history_of(subscription)):
            inside = segment.since <= on and (segment.until is None or on < segment.until)
            if inside and any(charge.metric == metric for charge in segment.plan.charges):
                return subscription
    raise usage.UnknownMeter(f"No subscription is charged for {metric!r} on {on}.")
