"""Brings the rates of the European Union along, as billing/catalog/vat_rates.json has them."""

from django.db import migrations

from billing.catalog import vat


def bring(apps, schema_editor):
    rates = apps.get_model("billing", "TaxRate")
    rates.objects.bulk_create([rates(**facts) for facts in vat.known_rates()], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0017_tax_by_place_and_renewal")]

    operations = [migrations.RunPython(bring, migrations.RunPython.noop)]
