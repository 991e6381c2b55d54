"""A playbook for what was paid twice or too much: send it back, or keep it for the next invoice."""

from datetime import UTC, datetime

from django.db import migrations

AT = datetime(2020, 1, 1, tzinfo=UTC)
CODE = "overpayment"
CONTENTS = {
    "title": "Paid twice or too much",
    "detector": "double_payment",
    "words": ["paid twice", "double payment", "paid too much", "overpaid", "doppelt bezahlt", "zu viel bezahlt", "überzahlt"],
    "criteria": [],
    "remedies": ["refund_overpayment"],
    "reply_text": "You paid more than was due. The money is yours: we send it back to where it came from. If you would rather keep it for"
    " the next invoice, tell us before it is on its way.",
    "follow_ups": ["If it was paid by hand beside automatic payment, show the customer how to turn one of them off."],
}


def write(apps, schema_editor):
    playbooks, versions = apps.get_model("support", "Playbook"), apps.get_model("support", "PlaybookVersion")
    if playbooks.objects.filter(code=CODE).exists():
        return
    playbook = playbooks.objects.create(code=CODE, position=7)
    versions.objects.create(playbook=playbook, number=1, written_at=AT, **CONTENTS)


class Migration(migrations.Migration):
    dependencies = [("support", "0039_risk_and_contacts_set_by_managers")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
