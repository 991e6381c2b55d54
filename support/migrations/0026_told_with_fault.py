"""Finds what could not be mailed, without holding up a notice while the index is built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("support", "0025_tries_to_tell")]

    operations = [
        AddIndexConcurrently(
            model_name="told",
            index=models.Index(condition=models.Q(("fault", ""), _negated=True), fields=["-id"], name="told_with_fault"),
        ),
    ]
