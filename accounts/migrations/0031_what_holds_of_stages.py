from django.db import migrations, models
from django.db.models import F, Q
import django.db.models.deletion

STAGES = [
    ("prospect", "Prospect"),
    ("onboarding", "Onboarding"),
    ("active", "Active"),
    ("renewal", "Renewal"),
    ("ended", "Ended"),
]
OVER = ("over >= 1", "ended", "everything it had has ended")
# Of who has a term: a stage set by hand where there is none stays.
RENEWED = "days_to_term > 90\ndays_to_term < 99999"
# stage: what is expected in it, the days it may last without that, the ways out (when, to, why)
TABLE = {
    "prospect": (
        "a first contract",
        90,
        [("subscriptions >= 1", "onboarding", "it waited for a first contract, which happened")],
    ),
    "onboarding": (
        "anybody signing in",
        30,
        [OVER, ("sign_ins >= 1", "active", "it waited for anybody signing in, which happened")],
    ),
    "active": ("a yearly talk", 0, [OVER, ("days_to_term <= 90", "renewal", "a term ends within 90 days")]),
    "renewal": ("a renewed contract", 60, [OVER, (RENEWED, "active", "it waited for a renewed contract, which happened")]),
    "ended": ("a farewell and the last documents", 0, [("subscriptions >= 1", "onboarding", "it has a contract again")]),
}


def put_in(apps, schema_editor):
    rules, exits = apps.get_model("accounts", "StageRule"), apps.get_model("accounts", "StageExit")
    for position, (stage, (expects, days, ways)) in enumerate(TABLE.items(), start=1):
        rule = rules.objects.create(stage=stage, position=position, expects=expects, days=days)
        for number, (when, to, why) in enumerate(ways, start=1):
            exits.objects.create(stage=rule, position=number, when=when, to=to, why=why)


class Migration(migrations.Migration):
    """What holds of stages becomes rows that managers write; they begin as the table stood in the code."""

    dependencies = [("accounts", "0030_prices_that_differed")]

    operations = [
        migrations.CreateModel(
            name="StageRule",
            fields=[
                ("stage", models.CharField(choices=STAGES, max_length=12, primary_key=True, serialize=False)),
                (
                    "position",
                    models.PositiveSmallIntegerField(help_text="The order in which a customer goes through the stages."),
                ),
                (
                    "entry",
                    models.TextField(
                        blank=True, help_text="One line for each condition; all must hold to enter. Empty: anybody enters."
                    ),
                ),
                (
                    "expects",
                    models.CharField(help_text="What is expected in it, after the word “without”.", max_length=120),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(default=0, help_text="Days it may last without that; 0: any number."),
                ),
            ],
            options={"ordering": ["position"]},
        ),
        migrations.CreateModel(
            name="StageExit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="The ways are asked in this order; the first that holds counts."
                    ),
                ),
                ("when", models.TextField(help_text="One line for each condition; all must hold.")),
                ("to", models.CharField(choices=STAGES, max_length=12)),
                ("why", models.CharField(help_text="In words, as the history of the customer says it.", max_length=200)),
                ("active", models.BooleanField(default=True)),
                (
                    "stage",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="exits", to="accounts.stagerule"),
                ),
            ],
            options={
                "ordering": ["stage__position", "position", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(active=True), fields=("stage", "position"), name="one_way_out_per_stage_and_position"
                    ),
                    models.CheckConstraint(condition=Q(("stage", F("to")), _negated=True), name="way_out_leads_to_another_stage"),
                ],
            },
        ),
        migrations.RunPython(put_in, migrations.RunPython.noop),
    ]
