from django.db import migrations

from accounts.append_only import ASK_QUIETLY


class Migration(migrations.Migration):
    """Ask without an error whether a trigger is passed over; after later migrations, accounts/append_only.py does so again."""

    dependencies = [('billing', '0029_statement_checks_and_fewer_indexes')]
    operations = [migrations.RunSQL(ASK_QUIETLY, migrations.RunSQL.noop)]
