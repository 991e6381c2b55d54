"""Audiences: who is told of an activity. Each function takes the activity and returns people.

Of a customer's own people those are told who stand nearest: whoever holds the role at the node itself, else at the next
node above. So the head of a group is not told of every branch that has people of its own.
"""

from collections.abc import Callable, Iterable

from django.db.models import Q

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Membership, User
from accounts.quality import changes, positions
from accounts.quality.models import ChangeRequest
from accounts.timeline.models import Activity
from billing.amendments import approvals
from billing.amendments.models import OrderApproval
from billing.invoices.models import CreditOrder
from billing.payments.models import Payment
from support.channels.chat import reading
from support.channels.models import CallBack
from support.desk import mentions
from support.offers.models import Lead
from support.remedies import substitutes
from support.remedies.models import Decline, Grant
from support.tickets.models import Message, Ticket
from support.voice.models import Praise, Promise, Survey

Audience = Callable[[Activity], list[User]]


def the_invited(activity: Activity) -> list[User]:
    """The person who was invited."""
    return list(User.objects.filter(email=activity.facts["email"], is_active=True))


def who_manage_people(activity: Activity) -> list[User]:
    """The nearest administrators."""
    return nearest(activity.customer, access.ADMINISTRATOR)


def the_other_administrators(activity: Activity) -> list[User]:
    """The nearest administrators besides who did it."""
    above = Customer.objects.above(activity.customer).order_by("-lft")
    standing = (nearest(node, access.ADMINISTRATOR) for node in above)
    others = ([one for one in people if one != activity.actor and reaches(one, activity.customer)] for people in standing)
    return next((people for people in others if people), [])


def those_who_change_contracts(activity: Activity) -> list[User]:
    """The nearest administrators and members, who may change a contract."""
    return nearest(activity.customer, access.ADMINISTRATOR, access.MEMBER)


def who_may_approve_orders(activity: Activity) -> list[User]:
    """The nearest administrators who may decide the order, but never the one who asks."""
    approval = OrderApproval.objects.select_related("quote__customer").get(pk=activity.about_ref)
    above = Customer.objects.above(approval.quote.customer).order_by("-lft")
    deciding = (nearest(customer, access.ADMINISTRATOR) for customer in above)
    able = ([person for person in people if approvals.may_decide(person, approval).allowed] for people in deciding)
    return next((people for people in able if people), [])


def who_asked_to_order(activity: Activity) -> list[User]:
    """The person whose order was decided."""
    return _present(OrderApproval.objects.select_related("quote__asked_by").get(pk=activity.about_ref).quote.asked_by)


def who_may_decide_on_the_change(activity: Activity) -> list[User]:
    """The nearest administrators who may decide on a change that waits, or our supervisors; nobody where none waits any more."""
    asked = ChangeRequest.objects.select_related("customer").get(pk=activity.about_ref)
    if asked.status != ChangeRequest.Status.WAITING or positions.is_ours(asked):
        return []
    return _who_decide_on(asked)


def who_is_late_with_the_change(activity: Activity) -> list[User]:
    """Whoever may decide on a change that still waits, our own people among themselves too; nobody where none waits any more."""
    asked = ChangeRequest.objects.select_related("customer").get(pk=activity.about_ref)
    return _who_decide_on(asked) if asked.status == ChangeRequest.Status.WAITING else []


def _who_decide_on(asked: ChangeRequest) -> list[User]:
    above = Customer.objects.above(asked.customer).order_by("-lft")
    deciding = (nearest(customer, access.ADMINISTRATOR) for customer in above)
    able = ([person for person in people if changes.may_decide(person, asked).allowed] for people in deciding)
    told = [] if positions.is_ours(asked) else next((people for people in able if people), [])
    ours = of_level(access.SUPERVISOR) + of_level(access.MANAGER)
    return told or [person for person in ours if changes.may_decide(person, asked).allowed]


def who_asked_for_the_change(activity: Activity) -> list[User]:
    """The person whose wish was decided by somebody else."""
    asked = ChangeRequest.objects.select_related("asked_by", "decided_by").get(pk=activity.about_ref)
    return (
        _present(asked.asked_by) if asked.decided_by_id not in (None, asked.asked_by_id) and not positions.is_ours(asked) else []
    )


def those_who_pay(activity: Activity) -> list[User]:
    """The nearest payers; where nobody pays, the nearest administrators."""
    return nearest(activity.customer, access.PAYER) or nearest(activity.customer, access.ADMINISTRATOR)


def who_paid(activity: Activity) -> list[User]:
    """The person who paid, or who pays there when nobody asked; for invoices of others in the payment, their own people."""
    payment = Payment.objects.filter(ref=activity.about_ref).select_related("paid_by").first()
    if payment and payment.payer_id != activity.customer_id:
        return [person for person in those_who_pay(activity) if person != payment.paid_by]
    return [payment.paid_by] if payment and payment.paid_by else those_who_pay(activity)


def who_asked_and_who_helps(activity: Activity) -> list[User]:
    """The requester of a ticket, as a receipt, and the agent it is with; nobody while they chat about it."""
    ticket = _ticket(activity)
    return [] if reading.who_reads_along(ticket, activity.at) else _present(ticket.requester, *_helpers(ticket))


def for_whom_it_was_raised(activity: Activity) -> list[User]:
    """The nearest administrators and members of who is served, but never the one who raised the ticket for them."""
    served = nearest(activity.customer, access.ADMINISTRATOR, access.MEMBER)
    return [person for person in served if person != activity.actor]


def who_chatted_and_who_helps(activity: Activity) -> list[User]:
    """Who waited in a chat that became a ticket, and the agent it is with now."""
    waited = User.objects.filter(pk=activity.facts["person"]).first()
    return _present(waited, *_helpers(_ticket(activity)))


def who_wants_a_call(activity: Activity) -> list[User]:
    """Who asked to be called back."""
    return _present(CallBack.objects.select_related("person").get(pk=activity.facts["callback"]).person)


def the_other_side(activity: Activity) -> list[User]:
    """After a word of ours the customer's people in the conversation; after theirs the agent the ticket is with.

    In a chat both sides read along, and nobody gets a mail; who is on the ticket besides is told once it ended.
    """
    ticket = _ticket(activity)
    reader = reading.who_reads_along(ticket, activity.at)
    if activity.actor and access.level_of(activity.actor):
        return [] if reader else _conversing(ticket)
    if reader and activity.actor_id == reader:
        return []
    return [person for person in _helpers(ticket) if person != activity.actor]


def who_left_the_chat(activity: Activity) -> list[User]:
    """Who was in a chat and went away before they read all of it."""
    return _present(User.objects.filter(pk=activity.facts["person"]).first())


def who_is_beside_the_chat(activity: Activity) -> list[User]:
    """The customer's people on the ticket who were not in the chat, if we said anything in it."""
    if not activity.facts.get("said"):
        return []
    return [person for person in _conversing(_ticket(activity)) if person.pk != activity.facts["person"]]


def who_asked(activity: Activity) -> list[User]:
    """The customer's people in the conversation of a ticket."""
    return _conversing(_ticket(activity))


def who_may_approve(activity: Activity) -> list[User]:
    """Our people of the level that decides and who stands in for them, but never the one who asks."""
    deciding = substitutes.with_substitutes(of_level(activity.facts["approver"]), activity.at)
    return [person for person in deciding if person != activity.actor]


def who_may_approve_late(activity: Activity) -> list[User]:
    """Our people of the level above and who stands in for them, but never the one who asked."""
    asked = Grant.objects.select_related("asked_by").get(ref=activity.about_ref).asked_by
    deciding = substitutes.with_substitutes(of_level(activity.facts["level"]), activity.at)
    return [person for person in deciding if person != asked]


def who_may_approve_late_credit(activity: Activity) -> list[User]:
    """Our people of the level above and who stands in for them, but never the one who asked to sell the credit."""
    asked = CreditOrder.objects.select_related("asked_by").get(pk=activity.about_ref).asked_by
    deciding = substitutes.with_substitutes(of_level(activity.facts["level"]), activity.at)
    return [person for person in deciding if person != asked]


def who_ordered_credit(activity: Activity) -> list[User]:
    """The colleague whose order for prepaid credit was decided."""
    return _present(CreditOrder.objects.select_related("asked_by").get(pk=activity.about_ref).asked_by)


def who_is_mentioned(activity: Activity) -> list[User]:
    """Our people whom an internal note names, but not who wrote it."""
    note = Message.objects.filter(pk=activity.facts.get("message"), internal=True).first()
    named = mentions.named_in([note.text])[0] if note else []
    return [person for person in named if person != activity.actor]


def whose_lead_it_is(activity: Activity) -> list[User]:
    """To whom a need was handed."""
    return _present(Lead.objects.select_related("handed_to").get(pk=activity.facts["lead"]).handed_to)


def who_handed_a_lead(activity: Activity) -> list[User]:
    """Who handed a need over and who has its ticket, but not who says what came of it."""
    lead = Lead.objects.select_related("handed_by", "ticket__assignee").get(pk=activity.facts["lead"])
    return [person for person in _present(lead.handed_by, lead.ticket.assignee) if person != activity.actor]


def who_is_late_with_a_lead(activity: Activity) -> list[User]:
    """With whom a need lies, and who handed it over."""
    lead = Lead.objects.select_related("handed_by", "handed_to").get(pk=activity.facts["lead"])
    return _present(lead.handed_to, lead.handed_by)


def who_stands_in_and_for_whom(activity: Activity) -> list[User]:
    """Who stands in with approvals, and for whom; but not who arranged it."""
    named = User.objects.filter(pk__in=activity.facts["people"]).order_by("pk")
    return [person for person in _present(*named) if person != activity.actor]


def who_gave(activity: Activity) -> list[User]:
    """The agent who gave a remedy or asked for it."""
    grant = Grant.objects.select_related("asked_by").get(ref=activity.about_ref)
    return _present(grant.asked_by)


def who_is_praised_and_who_leads(activity: Activity) -> list[User]:
    """The agent a praise is for, and the supervisors, who lead."""
    praised = Praise.objects.select_related("to").get(pk=activity.facts["praise"]).to
    return _once([*_present(praised), *of_level(access.SUPERVISOR)])


def the_surveyed(activity: Activity) -> list[User]:
    """Who is asked how it went."""
    return _present(Survey.objects.select_related("person").get(pk=activity.facts["survey"]).person)


def finance(activity: Activity) -> list[User]:
    """Our people in finance."""
    return of_level(access.FINANCE)


def the_level_named(activity: Activity) -> list[User]:
    """Our people of the level that the activity names, but never who did it."""
    return [person for person in of_level(activity.facts["level"]) if person != activity.actor]


def who_decides_the_appeal(activity: Activity) -> list[User]:
    """Supervisors and who stands in for them, but never who said no; where nobody is left, managers likewise."""
    declined_by = Decline.objects.values_list("declined_by", flat=True).get(pk=activity.facts["decline"])
    for level in (activity.facts["level"], access.MANAGER):
        deciding = substitutes.with_substitutes(of_level(level), activity.at)
        if found := [person for person in deciding if person.pk != declined_by]:
            return found
    return []


def who_is_to_call(activity: Activity) -> list[User]:
    """Who looked after the account when it was noticed that somebody should call; supervisors where nobody did."""
    owner = _present(User.objects.filter(pk=activity.facts["person"]).first()) if activity.facts["person"] else []
    return owner or of_level(access.SUPERVISOR)


def who_promised(activity: Activity) -> list[User]:
    """Who made a promise and who has its ticket."""
    promise = Promise.objects.select_related("made_by", "ticket__assignee").get(pk=activity.facts["promise"])
    return _present(promise.made_by, promise.ticket.assignee)


def who_promised_and_supervisors(activity: Activity) -> list[User]:
    """Who broke a promise, and the supervisors."""
    return _once([*who_promised(activity), *of_level(access.SUPERVISOR)])


def of_level(level: str) -> list[User]:
    """Return our own people of a level."""
    return list(User.objects.filter(is_active=True, staff_profile__level=level).order_by("pk"))


def nearest(customer: Customer | None, *roles: str) -> list[User]:
    """Return who holds one of `roles` for `customer` from the nearest node, as far as they still reach it."""
    if customer is None:
        return []
    on_path = Membership.objects.filter(customer__in=Customer.objects.above(customer), role__in=roles).in_force()
    held = on_path.filter(Q(scope=Membership.Scope.SUBTREE) | Q(customer_id=customer.pk), effect=Membership.Effect.ALLOW)
    near_first = (
        held.filter(user__is_active=True, user__is_program=False)
        .order_by("-customer__lft", "user_id")
        .select_related("user", "customer")
    )
    reaching = [membership for membership in near_first if reaches(membership.user, customer)]
    return _once(membership.user for membership in reaching if membership.customer_id == reaching[0].customer_id)


def reaches(person: User, customer: Customer | None) -> bool:
    """Say whether `person` may know what happens to `customer`; what happens to the house concerns our own people alone."""
    if customer is None:
        return bool(access.level_of(person))
    return access.customers_within_reach(person).filter(pk=customer.pk).exists()


def _ticket(activity: Activity) -> Ticket:
    return Ticket.objects.select_related("requester", "assignee").get(ref=activity.about_ref)


def _helpers(ticket: Ticket) -> list[User]:
    """The agent a ticket is with; while it is with nobody, the supervisors, so that no question is left lying."""
    return _present(ticket.assignee) or of_level(access.SUPERVISOR)


def _conversing(ticket: Ticket) -> list[User]:
    """The customer's people on a ticket and on those merged into it."""
    thread = Ticket.objects.threaded_with(ticket)
    said = Message.objects.filter(ticket__in=thread.values("pk"), from_staff=False, internal=False).values("author_id")
    taking_part = User.objects.filter(Q(pk__in=said) | Q(pk__in=thread.values("requester")))
    return _present(ticket.requester, *taking_part.order_by("pk"))


def _present(*people: User | None) -> list[User]:
    return _once(person for person in people if person and person.is_active and not person.is_program)


def _once(people: Iterable[User]) -> list[User]:
    return list(dict.fromkeys(people))
