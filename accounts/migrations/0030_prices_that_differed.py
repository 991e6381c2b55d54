"""Prices that could not be kept are found without reading the whole timeline."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_tasks_about_who_is_stuck"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("kind", "billing.price_differed")), fields=["-at", "-id"], name="prices_that_differed"
            ),
        ),
    ]
