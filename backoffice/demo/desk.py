"""The agents' desk in the demo world: macros, shared views, topics, a problem behind the double billings, needs, a substitute."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from accounts.people.models import User
from backoffice.demo.people import AGENT, KEY_ACCOUNT_MANAGER, MANAGER, SUPERVISOR
from support.desk import macros, problems, saved_views, topics
from support.desk.changes import Change
from support.desk.filters import Filters
from support.offers import leads
from support.offers.leads import Need
from support.remedies import substitutes
from support.tickets.models import Ticket

CALL_BACK: Final = """Dear {requester},

we call you on {input:day} about {ticket}.

Kind regards
{agent}"""
LOOKING: Final = """Dear {requester},

thank you. We are looking into “{subject}” and come back to you today.

Kind regards
{agent}"""
WHICH: Final = "Dear {requester},\n\nwhich invoice is it about?"
MACROS: Final = (
    ("looking-into-it", "We are looking into it", Change(text=LOOKING, assignee="me", add_tags=("looking",)), {}),
    ("call-back", "Call back on a day", Change(text=CALL_BACK, add_tags=("call back",), priority="2"), {"day": "Day"}),
    ("ask-for-invoice", "Which invoice is it?", Change(text=WHICH, status="waiting"), {}),
)
TOPICS: Final = (
    ("double-billing", "Double billing", "duplicate_charge", ("billed twice", "charged twice", "same month", "double")),
    ("wrong-price", "Price not as agreed", "", ("wrong price", "price increase", "not as agreed", "discount missing")),
    ("seats", "Seats and users", "", ("seats", "seat", "licence")),
    ("invoices", "Finding and reading invoices", "", ("where is my invoice", "find my invoice", "invoice copy")),
)
NEEDS: Final = (
    ("OX", "A line for the new office in Galway, once two sites have closed", 5, ""),
    ("KR-TIC", "Invoices with order numbers by file, for all their sites", 10, "They take the export from next month on."),
)
VIEWS: Final = (
    ("Billing, not resolved", {"status": "unresolved", "kind": "billing"}),
    ("Nobody's", {"status": "unresolved", "assignee": "nobody"}),
    ("Urgent", {"status": "unresolved", "priority": "1"}),
)
PROBLEM_KEY: Final = UUID("0b3a3f0e-2c1c-4b8e-9a43-0f2f8a7b6c11")
LOOKED_AT: Final = "February was imported twice from the old system; the second file is marked in the log of the import."


def furnish(*, at: datetime) -> None:
    """Put something into each place of the desk; again changes nothing."""
    manager, agent = User.objects.get(email=MANAGER), User.objects.get(email=AGENT)
    for place, (code, label, change, inputs) in enumerate(MACROS):
        macros.write(actor=manager, code=code, contents=macros.Contents(label, change, inputs), position=place, at=at)
    for place, (code, label, detector, words) in enumerate(TOPICS):
        topics.define(actor=manager, code=code, label=label, detector=detector, words=words, position=place, at=at)
    for name, asked in VIEWS:
        saved_views.keep(actor=manager, name=name, asked=Filters.read(asked), shared=True)
    topics.watch(at=at)
    problem = problems.open_problem(
        actor=agent, title="February billed twice after the import", key=PROBLEM_KEY, cause=LOOKED_AT, at=at
    )
    hit = Ticket.objects.filter(finding__detector="duplicate_charge", problem=None).order_by("pk")
    problems.attach(actor=agent, problem=problem, tickets=hit, at=at)
    _hand_over_needs(agent, at)
    since = substitutes.day_of(manager, at) + timedelta(days=7)
    supervisor = User.objects.get(email=SUPERVISOR)
    substitutes.name(actor=manager, approver=manager, person=supervisor, since=since, until=since + timedelta(days=7), at=at)


def _hand_over_needs(agent: User, at: datetime) -> None:
    """Hand what two customers need to the key account manager, who won one already."""
    seller = User.objects.get(email=KEY_ACCOUNT_MANAGER)
    for number, (ref, words, days, outcome) in enumerate(NEEDS):
        for ticket in Ticket.objects.filter(customer__ref=ref).standing().order_by("pk")[:1]:
            need = Need(words, seller, at.date() + timedelta(days=days))
            lead = leads.hand_over(actor=agent, ticket=ticket, need=need, key=uuid5(PROBLEM_KEY, f"need {number}"), at=at)
            if outcome:
                leads.move(actor=seller, lead=lead, to="won", words=outcome, at=at)
