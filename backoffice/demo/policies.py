"""The policies of the demo world: what agents may give as goodwill, how we deal with errors, and what customers may count on.

Written in the lines managers write, by the manager, and published by the second one, as every policy is.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from accounts.people.models import User
from accounts.policies import acknowledging, binding, publishing
from accounts.policies.models import Policy, PolicyVersion
from accounts.policies.publishing import Content
from accounts.segments.models import Segment
from backoffice import policy_text
from backoffice.demo.people import AGENT, KEY_ACCOUNT_MANAGER, MANAGER, SECOND_MANAGER, STAFF, SUPERVISOR

CREDIT = Content(
    values=policy_text.values("""
        remedy.ticket_limit = 5000.00 EUR, 5000.00 USD | tighten | 1.3
        goodwill.agent_ticket_limit = 50.00 EUR, 50.00 USD | loosen | 2.1
        goodwill.supervisor_ticket_limit = 500.00 EUR, 500.00 USD | loosen | 2.1
        remedy.concession_share = 2 | loosen | 2.3
        measures.contact_cost = 8.50 EUR, 9.00 USD | locked | 2.3
    """),
    clauses=policy_text.clauses("""
        1.1 Put right what we did wrong, at first contact, once per cause, and say plainly what happened.
        1.2 What could not have been avoided is never refused for lack of a form.
        1.3 Nobody gives more on one ticket than this policy allows.
        2.1 Goodwill is for trouble that no invoice shows. Above your limit, ask: a supervisor decides with everything in view.
        2.2 Never on your own account.
        2.3 We look at what goodwill costs beside what it is for: a group that needs much of it needs something else.
    """),
    cases=policy_text.cases("""
        Agents give goodwill of 50 | remedy | level=agent, remedy=goodwill_credit, amount=50.00 EUR | allowed
        Above it a supervisor decides | remedy | level=agent, remedy=goodwill_credit, amount=50.01 EUR | needs supervisor
        Nobody gives 5,000.01 | remedy | level=manager, amount=5000.01 EUR | refused
    """),
    quiz=policy_text.quiz("""
        ? A customer was billed twice. When do you put it right?
        - When a form was filled in
        * At first contact
        ? It is above your limit. What do you do?
        * Ask: a supervisor decides
        - Give it in two parts
    """),
    note="Agents give 50, not 30: most of what waited was a few euros above it.",
)
FIRST_CREDIT = replace(
    CREDIT,
    values=CREDIT.values | policy_text.values("goodwill.agent_ticket_limit = 30.00 EUR, 30.00 USD | loosen | 2.1"),
    cases=policy_text.cases(
        "Agents give goodwill of 30 | remedy | level=agent, remedy=goodwill_credit, amount=30.00 EUR | allowed"
    ),
    note="The first credit policy.",
)
GOLD = Content(
    values=policy_text.values("goodwill.agent_ticket_limit = 300.00 EUR, 300.00 USD | loosen | 1"),
    clauses=policy_text.clauses("1 For Gold customers an agent may give more goodwill at once."),
    cases=policy_text.cases("Gold | value | key=goodwill.agent_ticket_limit | 300.00 EUR, 300.00 USD"),
    material=False,
    note="More at first contact for Gold.",
)
CHARTER = Content(
    values=policy_text.values("""
        lifecycle.onboarding_days = 30 | | 3
        voice.thanks_credit = 5.00 EUR, 5.00 USD | loosen | 5
        voice.thanks_days = 90 | loosen | 5
        contract.extension_bonus = 25 | loosen | 6
        prospects.sign_up = yes | locked | 7
    """),
    clauses=policy_text.clauses("""
        1 A charge that is wrong is put right at first contact. You need not prove what our own books show.
        2 Every no names its clause and what you can do instead. You may appeal: somebody else looks at it afresh.
        3 When you are new and have not begun within these days, we call you.
        4 You see every document, every decision about you and who made it.
        5 Tell us what was good, what was not and what you would do: we thank you the same for each.
        6 Agree to a longer term and keep up what you have: a quarter of a month's price is credited for each year more.
        7 Whoever wants to become a customer tells us so by themselves; one of us answers.
    """),
    cases=policy_text.cases("We call after 30 days | value | key=lifecycle.onboarding_days | 30 days"),
    material=False,
    note="The first charter.",
)
STRATEGIC = Content(
    values=policy_text.values("""
        goodwill.agent_ticket_limit = 400.00 EUR, 400.00 USD | loosen | 2
        survey.delay_hours = 24 | loosen | 3
        survey.rest_days = 30 | loosen | 3
    """),
    clauses=policy_text.clauses("""
        1 Strategic customers are those we would not want to lose. Call before you write.
        2 For them an agent may give more goodwill at once.
        3 They are asked how it went a day later, and once a month at most.
    """),
    cases=policy_text.cases("Strategic | value | key=goodwill.agent_ticket_limit | 400.00 EUR, 400.00 USD"),
    quiz=policy_text.quiz("""
        ? Who is a strategic customer?
        - Whoever pays most
        * Whom we would not want to lose, chosen by hand
        ? What do you do first?
        * Call
        - Send a form
    """),
    material=False,
    note="What strategic customers may count on.",
)
DOCUMENTS = (
    ("credit-policy", "Credit policy", Policy.Audience.STAFF, CREDIT, {"place": "house"}),
    ("gold-service", "Gold service", Policy.Audience.STAFF, GOLD, {"place": "tier", "tier": "gold"}),
    ("customer-charter", "Customer charter", Policy.Audience.CUSTOMERS, CHARTER, {"place": "house"}),
)
A_YEAR, BEFORE = timedelta(days=365), timedelta(days=150)  # how long the first credit policy held


def publish(*, at: datetime) -> None:
    """Publish and bind the policies, and let those of our people who know them say so."""
    code, name, audience, _now, place = DOCUMENTS[0]
    _publish(code, name, audience, FIRST_CREDIT, place, at - BEFORE)
    for code, name, audience, content, place in DOCUMENTS:
        _publish(code, name, audience, content, place, at)
    version = PolicyVersion.objects.get(policy__code="credit-policy", number=2)
    answers = [question["answer"] for question in version.quiz]
    for colleague in STAFF:
        if colleague.acknowledged:
            user = User.objects.get(email=colleague.email)
            acknowledging.acknowledge(actor=user, version=version, answers=answers, at=at)


def publish_for_segments(*, at: datetime) -> None:
    """Publish what holds for strategic customers alone, and let some of our people answer its quiz, not all of them rightly."""
    place = {"place": "segment", "segment": Segment.objects.get(code="strategic")}
    _publish("strategic-care", "Care for strategic customers", Policy.Audience.STAFF, STRATEGIC, place, at)
    version = PolicyVersion.objects.get(policy__code="strategic-care")
    right = [question["answer"] for question in version.quiz]
    for email, answers in ((AGENT, right), (KEY_ACCOUNT_MANAGER, right), (SUPERVISOR, [0, 1]), (SUPERVISOR, right)):
        with suppress(acknowledging.QuizNotPassed):
            acknowledging.acknowledge(actor=User.objects.get(email=email), version=version, answers=answers, at=at)


def _publish(code: str, name: str, audience: str, content: Content, place: dict[str, Any], at: datetime) -> None:
    author, second = (User.objects.get(email=email) for email in (MANAGER, SECOND_MANAGER))
    about = {"code": code, "name": name, "audience": audience, "review_on": at.date() + A_YEAR}
    policy = publishing.define(actor=author, at=at, **about)
    draft = publishing.write(actor=author, policy=policy, content=content, effective_on=at.date(), at=at)
    publishing.publish(actor=second, version=draft, at=at)
    if draft.number > 1:
        return
    asked = binding.ask(actor=author, policy=policy, since=at.date(), at=at, **place)
    binding.approve(actor=second, asked=asked, at=at)
