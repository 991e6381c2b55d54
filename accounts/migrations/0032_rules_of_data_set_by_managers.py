from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Managers say how severe a rule of data is, what it weighs and after how many days; without a row it is as it came."""

    dependencies = [("accounts", "0031_what_holds_of_stages")]

    operations = [
        migrations.CreateModel(
            name="RuleSetting",
            fields=[
                ("rule", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("refuses", "refuses the value"),
                            ("lowers", "lowers the score"),
                            ("off", "is not asked"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "weight",
                    models.PositiveSmallIntegerField(default=0, help_text="The points a score loses; 0 unless it lowers."),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(default=0, help_text="The limit in days, of a rule that has one."),
                ),
            ],
            options={
                "ordering": ["rule"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            Q(("severity", "lowers"), ("weight__range", (1, 100))),
                            Q(Q(("severity", "lowers"), _negated=True), ("weight", 0)),
                            _connector="OR",
                        ),
                        name="rule_has_a_weight_where_it_lowers",
                    )
                ],
            },
        ),
    ]
