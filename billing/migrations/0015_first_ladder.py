from datetime import UTC, datetime

from django.db import migrations

AT = datetime(2020, 1, 1, tzinfo=UTC)
# number, tier, days, action, fee_minor, currency
STEPS = [
    (1, "", 3, "remind", None, ""),
    (2, "", 10, "remind", None, ""),
    (3, "", 17, "fee", 500, "EUR"),
    (4, "", 24, "restrict", None, ""),
    (5, "", 38, "suspend", None, ""),
    (1, "gold", 7, "remind", None, ""),
    (2, "gold", 21, "remind", None, ""),
    (3, "gold", 45, "restrict", None, ""),
]


def put_in(apps, schema_editor):
    model = apps.get_model("billing", "DunningStep")
    for number, tier, days, action, fee_minor, currency in STEPS:
        model.objects.create(
            number=number, tier=tier, days=days, action=action, fee_minor=fee_minor, currency=currency, changed_at=AT
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0014_dunning")]

    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
