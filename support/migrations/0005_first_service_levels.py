from datetime import UTC, date, datetime

from django.db import migrations

SINCE, AT = date(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC)
WEEK = {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
# clock, tier, priority, minutes
TARGETS = [
    ("first_response", "", "", 480),
    ("first_response", "gold", "", 240),
    ("first_response", "", "1", 120),
    ("first_response", "gold", "1", 60),
    ("next_response", "", "", 480),
    ("next_response", "gold", "", 240),
    ("resolution", "", "", 2400),
    ("resolution", "gold", "", 1440),
    ("update", "", "", 960),
]
# number, trigger, what of it, who is told
STEPS = [
    (1, "share", {"clock": "first_response", "percent": 80}, "supervisor"),
    (2, "share", {"clock": "resolution", "percent": 80}, "supervisor"),
    (3, "share", {"clock": "resolution", "percent": 100}, "manager"),
    (1, "amount", {"amount_minor": 500000, "currency": "EUR"}, "supervisor"),
    (1, "repeat", {"contacts": 3}, "supervisor"),
    (1, "tier", {"tier": "gold"}, "key_account"),
]
# code: label, clause, words, alternative
REASONS = {
    "charge_is_right": (
        "The charge is right", "Terms of service, 5.1: prices and periods",
        "We compared the invoice with your contract and the days it covers, day by day. The amount is what was agreed.",
        "You can change the plan from the next period on; the exact price is shown before you confirm.",
    ),
    "too_late": (
        "Asked too late", "Terms of service, 5.6: objections to invoices",
        "An invoice can be objected to within eight weeks after it was issued. That time has passed.",
        "If you find an error in a newer invoice, we look at it at once and put it right.",
    ),
    "notice_period": (
        "The notice period runs", "Terms of service, 8.2: notice",
        "The contract ends at the end of its notice period; until then what was agreed stays due.",
        "You can move to a smaller plan today and pay less until the contract ends.",
    ),
    "outside_our_service": (
        "Not part of our service", "Terms of service, 3.4: what the service covers",
        "What went wrong lies outside what we run, so it is not ours to put right or to pay for.",
        "We gladly tell your provider what we saw, so that they can help you faster.",
    ),
    "already_compensated": (
        "Already put right", "Policy on goodwill, 2.3: once for each cause",
        "We have already made this good with an earlier credit, and the same cause is made good once.",
        "The credit is on your account; you find it with the documents and we can pay it out on request.",
    ),
}


def put_in(apps, schema_editor):
    calendar = apps.get_model("support", "ServiceCalendar").objects.create(
        name="Office hours", timezone="Europe/Berlin", hours=WEEK, country="DE", changed_at=AT
    )
    target, step, reason = (apps.get_model("support", name) for name in ("ServiceTarget", "LadderStep", "DeclineReason"))
    for clock, tier, priority, minutes in TARGETS:
        facts = {"clock": clock, "tier": tier, "priority": priority, "minutes": minutes}
        target.objects.create(**facts, calendar=calendar, since=SINCE, changed_at=AT)
    for number, trigger, facts, level in STEPS:
        step.objects.create(number=number, trigger=trigger, level=level, changed_at=AT, **facts)
    for position, (code, (label, clause, words, alternative)) in enumerate(REASONS.items()):
        reason.objects.create(
            code=code, label=label, clause=clause, words=words, alternative=alternative, position=position
        )


def take_out(apps, schema_editor):
    for name in ("ServiceTarget", "ServiceCalendar", "LadderStep"):
        apps.get_model("support", name).objects.filter(changed_at=AT).delete()
    apps.get_model("support", "DeclineReason").objects.filter(pk__in=REASONS).delete()


class Migration(migrations.Migration):
    """What every installation starts with; managers edit it in the administration afterwards."""

    dependencies = [("support", "0004_service_levels")]
    operations = [migrations.RunPython(put_in, take_out)]
