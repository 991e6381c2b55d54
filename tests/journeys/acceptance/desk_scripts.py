"""What no browser can do: time that has passed, and eight customers at once. Each is text for `manage.py shell`."""

ASKED_SO_LONG_AGO = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people.models import User
from support.service_levels import calendars, clock
from support.service_levels.models import ServiceTarget
from support.tickets import conversation

now = asked_at = timezone.now()
everybody = {"segment": "", "tier": "", "priority": "", "kind": "", "until": None}
target = ServiceTarget.objects.select_related("calendar").get(clock="first_response", **everybody)
hours, minute = calendars.clock_calendar(target.calendar), timedelta(minutes=1)
while clock.elapsed(hours, asked_at, now) < target.minutes * minute * 9 / 10:
    asked_at -= 10 * minute
ticket = conversation.open_ticket(
    actor=User.objects.get(email="admin@nordwind.example"), customer=Customer.objects.get(ref="NW-TER"),
    subject="Lamp at the quay", text="It flickers.", kind="technical", key=uuid4(), at=asked_at,
)
print(ticket.ref)
"""

DAYS_PASS = """
from datetime import timedelta
from django.db.models import F
from django.utils import timezone
from support.voice import promises
from support.voice.models import Promise

passed = timedelta(days={days})
Promise.objects.filter(ticket__ref="{ref}").update(due_on=F("due_on") - passed, made_at=F("made_at") - passed)
promises.watch(at=timezone.now())
"""

EIGHT_IN_A_DAY = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people.models import User
from support.desk import topics
from support.desk.topic_models import TicketTopic
from support.tickets import conversation

ASKERS = (
    ("payer@polder.example", "PO"), ("payer@polder.example", "PO-WIND"), ("payer@polder.example", "PO-RET"),
    ("member@tramontana.example", "TR"), ("member@tramontana.example", "TR-ALF"), ("member@sablefinch.example", "SF"),
    ("admin@nordwind.example", "NW-TER"), ("member@oxbow.example", "OX"),
)
SUBJECT, DAY, now = "The same month twice", timedelta(days=1), timezone.now()

def ask(email, ref, at):
    return conversation.open_ticket(
        actor=User.objects.get(email=email), customer=Customer.objects.get(ref=ref), subject=SUBJECT,
        text="We were charged twice for it.", kind="billing", key=uuid4(), at=at,
    )

agent = User.objects.get(email="agent@accord.example")
for days_ago in range(28, -1, -1):
    topics.classify(at=now - days_ago * DAY)
asked = set(TicketTopic.objects.filter(topic__code="double-billing").values_list("on", flat=True))
for days_ago in range(28, 0, -1):
    at = now - days_ago * DAY
    if at.date() not in asked:
        usual = ask(*ASKERS[days_ago % 8], at)
        conversation.resolve(actor=agent, ticket=usual, outcome=conversation.ANSWERED, text="Put right.", at=at)
        topics.classify(at=at)
for email, ref in ASKERS:
    print(ask(email, ref, now).ref)
"""

THREE_COLLEAGUES = """
from django.utils import timezone
from accounts.people import staff
from accounts.people.models import User
from accounts.policies import acknowledging
from accounts.policies.models import PolicyVersion

now = timezone.now()
asked = PolicyVersion.objects.filter(policy__code="credit-policy", published_at__isnull=False).order_by("number").last()
for place in ("first", "second", "third"):
    user, _ = User.objects.get_or_create(email=f"{place}.colleague@accord.example", defaults={"name": f"Colleague, {place}"})
    user.is_active = True
    user.save()
    staff.appoint(actor=None, user=user, level="agent", at=now)
    if place != "third":
        answers = [question["answer"] for question in asked.quiz]
        acknowledging.acknowledge(actor=user, version=asked, answers=answers, at=now)
"""

COLLEAGUES_LEAVE = """
from accounts.people.models import User

User.objects.filter(email__endswith=".colleague@accord.example").update(is_active=False)
"""
