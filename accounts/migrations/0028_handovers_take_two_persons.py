"""Handovers take a second person: who asked, who decided, and where it stands. What happened before this was done by one."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_what_was_done(apps, schema_editor):
    """What stands here already has happened, and some of it was undone."""
    rows = apps.get_model("accounts", "Handover").objects
    rows.filter(undone_at=None).update(status="done")
    rows.exclude(undone_at=None).update(status="undone")
    rows.update(decided_at=models.F("asked_at"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0027_consents_of_people")]

    operations = [
        migrations.RenameField("handover", "done_by", "asked_by"),
        migrations.RenameField("handover", "done_at", "asked_at"),
        migrations.AddField(
            "handover", "decided_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField("handover", "decided_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "handover", "status",
            models.CharField(
                choices=[
                    ("waiting", "waits for a second person"), ("done", "done"), ("refused", "refused"),
                    ("withdrawn", "withdrawn"), ("undone", "undone"),
                ],
                db_default="waiting", default="waiting", max_length=10,
            ),
        ),
        migrations.AlterField(
            "handover", "lines", models.JSONField(help_text="Whose answer changes: number, name, before, after.")
        ),
        migrations.AlterField(
            "handover", "rows_before",
            models.JSONField(default=list, help_text="The rows replaced: customer, responsible, since, until, who set it."),
        ),
        migrations.AlterField(
            "handover", "rows_after", models.JSONField(default=list, help_text="The rows that replaced them.")
        ),
        migrations.RunPython(keep_what_was_done, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "handover",
            models.CheckConstraint(
                condition=models.Q(("decided_by", None), models.Q(("decided_by", models.F("asked_by")), _negated=True), _connector="OR"),
                name="handover_takes_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            "handover",
            models.UniqueConstraint(
                condition=models.Q(("status", "waiting")), fields=("customer", "role"),
                name="one_handover_waits_per_customer_and_role",
            ),
        ),
    ]
