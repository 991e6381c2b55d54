"""A playbook for what we promised and did not do in time: say sorry, make it good."""

from datetime import UTC, datetime

from django.db import migrations

AT = datetime(2020, 1, 1, tzinfo=UTC)
CODE = "broken-promise"
CONTENTS = {
    "title": "A promise was not kept",
    "detector": "",
    "words": ["you promised", "was promised", "not kept", "versprochen", "nicht gehalten"],
    "criteria": ["promise_broken", "nothing_given_yet"],
    "remedies": ["goodwill_credit", "discount_next_invoice"],
    "reply_text": "We told you that we would do something by a day, and we did not. That is our fault; we are sorry, and make it good"
    " with a credit.",
    "follow_ups": ["Do what was promised, or say plainly that it cannot be done.", "Give the lesson to whoever made the promise possible."],
}


def write(apps, schema_editor):
    playbooks, versions = apps.get_model("support", "Playbook"), apps.get_model("support", "PlaybookVersion")
    if playbooks.objects.filter(code=CODE).exists():
        return
    playbook = playbooks.objects.create(code=CODE, position=6)
    versions.objects.create(playbook=playbook, number=1, written_at=AT, **CONTENTS)


class Migration(migrations.Migration):
    dependencies = [("support", "0035_skills_of_agents")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
