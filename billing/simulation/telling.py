"""Telling what came of a scenario: documents, balances and refusals as plain JSON, amounts as decimal strings."""

from datetime import date
from typing import Any

from accounts.decisions import Refusal
from billing.invoices import newline, selectors
from billing.invoices.models import Document, Line
from billing.ledger import balances as ledger
from billing.money import Money
from billing.simulation import drafts
from billing.simulation.scenario import Happening
from billing.simulation.stage import Stage

PRINTED = {newline.ONE_OFF: "fixed"}


def result(play: Stage, states: list[dict[str, Any]], refused: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the whole result of a scenario that was played."""
    names = {customer.pk: code for code, customer in play.accounts.items()}
    subscriptions = {subscription.pk: code for code, subscription in play.subscriptions.items()}
    told = {
        kind: [_document(document, names, subscriptions, play.scenario.until) for document in play.documents(kind)]
        for kind in (Document.Kind.INVOICE, Document.Kind.CREDIT_NOTE)
    }
    told[Document.Kind.INVOICE] += drafts.told(play, lambda made: _document(made, names, subscriptions, play.scenario.until))
    return {
        "id": play.scenario.id,
        "states": states,
        "invoices": told[Document.Kind.INVOICE],
        "credit_notes": told[Document.Kind.CREDIT_NOTE],
        **balances(play),
        "refused": refused,
    }


def nothing_played(name: str, reason: Refusal) -> dict[str, Any]:
    """Return the result of a scenario that asks for what is not offered: nothing of it was played."""
    told = {"event": None, "code": reason.code, "reason": reason.reason}
    empty: dict[str, Any] = {"states": [], "invoices": [], "credit_notes": [], "account_balance": {}, "credit_balance": {}}
    return {"id": name, **empty, "refused": [told]}


def balances(play: Stage) -> dict[str, dict[str, str]]:
    """Return what each account owes net of its credit, and the credit it holds."""
    currency = play.scenario.currency
    owed = {code: ledger.owed_by(customer).get(currency, 0) for code, customer in play.accounts.items()}
    credit = {code: ledger.credit_of(customer).get(currency, 0) for code, customer in play.accounts.items()}
    return {
        "account_balance": {code: Money(amount, currency).number for code, amount in owed.items()},
        "credit_balance": {code: Money(amount, currency).number for code, amount in credit.items()},
    }


def refusal(reason: Refusal, event: Happening) -> dict[str, Any]:
    """Return an event that was refused, and why."""
    return {"event": event.place, "what": event.what, "date": str(event.on), "code": reason.code, "reason": reason.reason}


def failed_run(problem: Exception, account: str, on: date) -> dict[str, Any]:
    """Return a run that could not bill an account, and why."""
    code = problem.code if isinstance(problem, Refusal) else "not_billed"
    return {
        "event": None,
        "what": "run",
        "date": str(on),
        "account": account,
        "code": code,
        "reason": str(problem).splitlines()[0],
    }


def _document(document: Document, names: dict[int, str], subscriptions: dict[int, str], until: date) -> dict[str, Any]:
    lines = document.lines.select_related("document").order_by("position")
    currency = document.currency
    return {
        "number": document.ref,
        "invoice_date": str(document.issued_on),
        "account": names.get(document.customer_id, document.customer.number),
        "status": selectors.state_of(document, until),
        "lines": [_line(line, names, subscriptions) for line in lines],
        "subtotal": Money(document.subtotal_minor, currency).number,
        "tax": Money(document.tax_minor, currency).number,
        "total": Money(document.total_minor, currency).number,
    }


def _line(line: Line, names: dict[int, str], subscriptions: dict[int, str]) -> dict[str, Any]:
    return {
        "kind": PRINTED.get(line.kind, line.kind),
        "subscription": subscriptions.get(line.subscription_id or 0),
        "account": names.get(line.customer_id),
        "period_start": str(line.since) if line.since else None,
        "period_end": str(line.until) if line.until else None,
        "amount": Money(line.amount_minor, line.currency).number,
        "why": selectors.why(line) or line.description,
    }
