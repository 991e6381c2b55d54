from django.db import migrations

STARTS = {"c": 100_001, "f": 1_001, "g": 1_001, "k": 1_001, "p": 1_001, "s": 1_001, "t": 1_001}


class Migration(migrations.Migration):
    """One sequence for each kind of ref (accounts/numbering.py), and one for the ids of trees."""

    dependencies = [("accounts", "0002_tables")]
    operations = [
        migrations.RunSQL(
            [f"CREATE SEQUENCE accord_ref_{prefix} START {start}" for prefix, start in STARTS.items()]
            + ["CREATE SEQUENCE accord_tree AS integer"],
            [f"DROP SEQUENCE accord_ref_{prefix}" for prefix in STARTS] + ["DROP SEQUENCE accord_tree"],
        )
    ]
