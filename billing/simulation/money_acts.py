"""What events do to money: charges of their own, credits, corrections, payments and what becomes of them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from billing import money
from billing.catalog import coupons
from billing.catalog.models import Plan
from billing.contracts import redeeming
from billing.invoices import credit_notes, crediting, newline, run, settling, single
from billing.invoices.models import Document, Line
from billing.invoices.newline import NewLine
from billing.ledger import posting
from billing.ledger.posting import PostingLine
from billing.money import Money
from billing.payments import attempts, receiving, refunds
from billing.payments.gateways.base import Answer, Outcome
from billing.payments.models import Payment, Refund
from billing.simulation.scenario import BadScenario, Happening, NotInTheHouse, day_of
from billing.simulation.stage import Stage

CHANNEL: Final = "simulation"
PAID: Final = {"success", "succeeded", "ok", "paid"}
FAILED: Final = {"declined", "failed", "failure", "error"}


class NothingToPay(BadScenario):
    """A payment without an amount pays what is open, and nothing is."""

    code = "nothing_to_pay"


def one_off(play: Stage, now: Happening) -> None:
    """Charge something outside any subscription, at once."""
    account = play.accounts[play.account(now.args)]
    amount, rate = _amount(play, now.args), play.scenario.tax_rate
    words = str(now.args.get("description", "One-off charge"))
    line = NewLine(
        kind=newline.ONE_OFF, customer=account, description=words, amount_minor=amount.amount_minor, tax_rate=rate,
        unit_price=amount.decimal,
    )  # fmt: skip
    _charge(play, now, line)


def top_up(play: Stage, now: Happening) -> None:
    """Sell prepaid credit: `credits` are worth as much as they say, but never less than the `price` paid for them."""
    account = play.accounts[play.account(now.args)]
    credits = _amount(play, now.args, "credits" if now.args.get("credits") is not None else "price")
    price = _amount(play, now.args, "price") if now.args.get("price") is not None else credits
    if min(credits.amount_minor, price.amount_minor) <= 0:
        raise single.NotAboveZero("Prepaid credit and its price are above zero.")
    worth = max(credits, price)
    _charge(play, now, NewLine(newline.WALLET_TOPUP, account, "Prepaid credit", price.amount_minor, unit_price=price.decimal))
    if worth > price:
        seller, extra, currency = play.seller.code, worth.amount_minor - price.amount_minor, play.scenario.currency
        sides = [
            PostingLine(posting.GOODWILL, extra, currency, account),
            PostingLine(posting.CUSTOMER_CREDIT, -extra, currency, account, detail=seller),
        ]
        ref = account.number
        posting.post(
            what="wallet_bonus", about_ref=ref, key=f"bonus:{ref}:{now.place}", postings=sides, on=now.on, at=_at(play, now)
        )


def coupon(play: Stage, now: Happening) -> None:
    """Let an account's contract redeem a coupon: a percentage or an amount off each period, for some plans or all."""
    account, subscription = play.account(now.args), None
    if now.args.get("subscription") is not None:
        subscription = play.subscription(now.args)
        account = next(code for code, held in play.accounts.items() if held.pk == subscription.contract.customer_id)
    percent = now.args.get("percent")
    made = coupons.define(
        actor=None, at=_at(play, now), code=f"simulation-{now.place}",
        name=_coupon_name(now), plans=_plans(play, now.args.get("plans")),
        percent=None if percent is None else money.exact_decimal(percent), periods=_periods(now.args.get("periods")),
        amount=_amount(play, now.args) if now.args.get("amount") is not None else None,
    )  # fmt: skip
    contract = play.contract(account, now.on, _at(play, now))
    redeeming.redeem(actor=None, coupon=made, contract=contract, on=now.on, at=_at(play, now), subscription=subscription)


def credit(play: Stage, now: Happening) -> None:
    """Give an account a credit."""
    single.give_credit(
        actor=None, customer=play.accounts[play.account(now.args)], legal_entity=play.seller, amount=_amount(play, now.args),
        reason=str(now.args.get("description", "Credit")), on=now.on, at=_at(play, now),
    )  # fmt: skip


def adjust_line(play: Stage, now: Happening) -> None:
    """Take an amount of one line back, or all that is left of it."""
    line = play.line(play.invoice(now.args.get("invoice")), now.args.get("line"))
    amount = abs(_amount(play, now.args).amount_minor) if now.args.get("amount") is not None else None
    credit_notes.credit_line(
        actor=None, line=line, amount_minor=amount, reason="Adjustment", on=now.on, at=_at(play, now), key=_key(play, now).hex
    )


def credit_note(play: Stage, now: Happening) -> None:
    """Take lines of an invoice back; with `refund` the money that frees goes back to where it came from."""
    document = play.invoice(now.args.get("invoice"))
    amounts = _credited(play, document, now.args.get("lines"))
    issued = credit_notes.credit_lines(
        actor=None, document=document, amounts=amounts, reason="Credit note", on=now.on, at=_at(play, now),
        entry_key=f"credit-lines:{_key(play, now).hex}",
    )  # fmt: skip
    if now.args.get("refund"):
        _give_back(play, now, _payment_of(document), -issued.total_minor)


def void(play: Stage, now: Happening) -> None:
    """Take a whole invoice back by its counter-document."""
    document = play.invoice(now.args.get("invoice"))
    credit_notes.credit_document(
        actor=None, document=document, reason="Void", on=now.on, at=_at(play, now), key=_key(play, now).hex
    )


def write_off(play: Stage, now: Happening) -> None:
    """Give up what is open on an invoice."""
    document = play.invoice(now.args.get("invoice"))
    settling.write_off(document=document, reason="Uncollectable", on=now.on, at=_at(play, now), actor=None)


def pay(play: Stage, now: Happening) -> None:
    """Receive a payment for an invoice, or for the oldest open ones; a failed one moves no money."""
    named = play.invoice(now.args["invoice"]) if now.args.get("invoice") is not None else None
    payer = named.customer if named else play.accounts[play.account(now.args)]
    outcome, amount = now.args.get("outcome", "success"), _paid(play, now, named, payer.pk)
    facts: dict[str, Any] = {"payer": payer, "amount": amount, "key": _key(play, now), "at": _at(play, now)}
    if outcome in FAILED:
        receiving.refused(reason="Declined", channel=CHANNEL, label="Simulated payment", **facts)
    elif outcome in PAID:
        documents = [named] if named else None
        receiving.receive(
            actor=None, seller=play.seller, documents=documents, channel=CHANNEL, label="Simulated payment", **facts
        )
    else:
        raise NotInTheHouse(f"A payment succeeds or is declined; {outcome!r} is played by no scenario.")


def refund(play: Stage, now: Happening) -> None:
    """Give money back: with `adjust` what it paid for is credited, without it is owed again."""
    payment = play.payment(now.args.get("payment"))
    amount = _amount(play, now.args) if now.args.get("amount") is not None else Money(payment.amount_minor, payment.currency)
    if not now.args.get("adjust", False):
        _give_back(play, now, payment, amount.amount_minor, reopens=True)
        return
    left = amount.amount_minor
    for document in Document.objects.filter(settlements__payment=payment).distinct().order_by("pk"):
        left -= _adjust(play, now, document, left)
    _give_back(play, now, payment, amount.amount_minor)


def chargeback(play: Stage, now: Happening) -> None:
    """The bank takes a payment back: what it paid for is owed again."""
    payment = play.payment(now.args.get("payment"))
    amount = _amount(play, now.args).amount_minor if now.args.get("amount") is not None else payment.amount_minor
    receiving.charge_back(payment=payment, amount_minor=amount, key=_key(play, now).hex, at=_at(play, now))


def chargeback_reversal(play: Stage, now: Happening) -> None:
    """The bank gives a charge-back up: what was owed again is paid."""
    payment = play.payment(now.args.get("payment"))
    amount = _amount(play, now.args).amount_minor if now.args.get("amount") is not None else payment.amount_minor
    receiving.reverse_charge_back(payment=payment, amount_minor=amount, key=_key(play, now).hex, at=_at(play, now))


def bill_run(play: Stage, now: Happening) -> None:
    """Bill every account, up to this day or to a target date."""
    target = day_of(now.args["target_date"], "target_date") if now.args.get("target_date") else now.on
    for code in play.accounts:
        run.bill(payer=play.customer(code), on=now.on, at=_at(play, now), up_to=target)


def _coupon_name(now: Happening) -> str:
    return str(now.args.get("name") or now.args.get("code") or now.args.get("description") or "Coupon")[:120]


def _plans(play: Stage, given: object) -> list[Plan]:
    named = [given] if isinstance(given, str) else given or []
    if not isinstance(named, list) or any(code not in play.plans for code in named):
        raise BadScenario("The plans of a coupon are a list of plans of the scenario.")
    return [play.plans[code] for code in named]


def _periods(given: object) -> int | None:
    if given is None or isinstance(given, int) and not isinstance(given, bool):
        return given
    raise BadScenario(f"The periods of a coupon are a whole number, not {given!r}.")


def _charge(play: Stage, now: Happening, line: NewLine) -> None:
    single.charge(
        actor=None, customer=line.customer, legal_entity=play.seller, currency=play.scenario.currency, lines=[line], on=now.on,
        at=_at(play, now),
    )  # fmt: skip


def _credited(play: Stage, document: Document, given: object) -> dict[Line, int | None]:
    if given is None:
        return {line: None for line in document.lines.all() if crediting.left_of(line).net_minor > 0}
    if not isinstance(given, list) or not given:
        raise BadScenario("The lines of a credit note are a list: their places, or objects with line and amount.")
    found: dict[Line, int | None] = {}
    for entry in given:
        detail: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {"line": entry}
        amount = None if detail.get("amount") is None else abs(_amount(play, detail).amount_minor)
        found[play.line(document, detail.get("line"))] = amount
    return found


def _adjust(play: Stage, now: Happening, document: Document, gross_minor: int) -> int:
    """Credit lines of a document up to a gross amount and return how much that gave."""
    amounts: dict[Line, int | None] = {}
    left = gross_minor
    for line in document.lines.order_by("position"):
        within = min(left, crediting.left_of(line).gross_minor)
        if within > 0 and (net := crediting.net_within(line, within)) > 0:
            amounts[line] = net
            left -= within
    if not amounts:
        return 0
    key = f"credit-lines:{_key(play, now).hex}:{document.ref}"
    issued = credit_notes.credit_lines(
        actor=None, document=document, amounts=amounts, reason="Refund", on=now.on, at=_at(play, now), entry_key=key
    )
    return -issued.total_minor


def _give_back(play: Stage, now: Happening, payment: Payment, amount_minor: int, *, reopens: bool = False) -> None:
    started = refunds.start(
        actor=None, payment=payment, amount_minor=amount_minor, reason="Refund", key=_key(play, now), at=_at(play, now),
        reopens=reopens,
    )  # fmt: skip
    sent = attempts.mark_sent(Refund.objects, started.pk, _at(play, now))
    if sent:
        refunds.record_answer(sent, Answer(Outcome.SUCCESS, gateway_ref=f"{CHANNEL}:{started.ref}"), _at(play, now))


def _payment_of(document: Document) -> Payment:
    payment = Payment.objects.filter(settlements__document=document).select_related("payer").order_by("-pk").first()
    if payment is None:
        raise BadScenario(f"{document} was not paid, so nothing can be given back.")
    return payment


def _paid(play: Stage, now: Happening, document: Document | None, payer: int) -> Money:
    if now.args.get("amount") is not None:
        return _amount(play, now.args)
    owed = [document] if document else Document.objects.open().filter(customer=payer, legal_entity=play.seller)
    total = sum(held.open_minor for held in owed)
    if not total:
        raise NothingToPay("Nothing is open that this payment could pay.")
    return Money(total, play.scenario.currency)


def _amount(play: Stage, args: Mapping[str, Any], name: str = "amount") -> Money:
    given = args.get(name)
    return Money.of(str(given) if isinstance(given, int) and not isinstance(given, bool) else given, play.scenario.currency)  # type: ignore[arg-type] # refused there


def _at(play: Stage, now: Happening) -> Any:
    return play.at(now.on, now.place)


def _key(play: Stage, now: Happening) -> UUID:
    """Return a key of this event's own, also when the same scenario is played beside another."""
    return uuid5(NAMESPACE_OID, f"{play.seller.pk}:{play.accounts[next(iter(play.accounts))].number}:{now.place}")
