"""Lets the timeline be kept in months: what was told names its activity without a reference held by the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("support", "0022_texts_of_notices"), ("accounts", "0017_single_sign_on")]

    operations = [
        migrations.AlterField(
            model_name="told",
            name="activity",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.activity"
            ),
        ),
    ]
