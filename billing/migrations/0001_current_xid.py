from django.db import migrations


class Migration(migrations.Migration):
    """The transaction's number as bigint, so that a posting can prove it came with its entry."""

    initial = True
    dependencies = [("accounts", "0001_extensions")]
    operations = [
        migrations.RunSQL(
            "CREATE FUNCTION accord_current_xid() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT pg_current_xact_id()::text::bigint $$",
            "DROP FUNCTION accord_current_xid()",
        )
    ]
