"""Keeps the timeline in a part for each month: what there is moves over, row by row counted, in one transaction.

The number of an activity still comes from one sequence; the database can no longer hold it unique across months, nor let other tables refer
to it alone. Activities are only ever added, by one writer, with their deliveries in the same transaction.
"""

import django.db.models.deletion
from django.db import migrations, models

MONTH = """
CREATE FUNCTION accounts_activity_month(day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    opens timestamp := date_trunc('month', day::timestamp);
    closes timestamp := opens + interval '1 month';
    part text := 'accounts_activity_' || to_char(opens, 'YYYYMM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('accounts_activity_month'));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    LOCK TABLE accounts_activity IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE accounts_activity INCLUDING DEFAULTS INCLUDING STORAGE)', part);
    ALTER TABLE accounts_activity_rest DISABLE TRIGGER USER;
    EXECUTE format(
        'WITH moved AS (DELETE FROM accounts_activity_rest WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        opens || '+00', closes || '+00', part);
    ALTER TABLE accounts_activity_rest ENABLE TRIGGER USER;
    EXECUTE format('ALTER TABLE accounts_activity ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, opens || '+00', closes || '+00');
    EXECUTE format('CREATE TRIGGER activity_part_is_not_truncated BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION accounts_activity_stays()', part);
    RETURN true;
END $$;
"""

STAYS = """
CREATE FUNCTION accounts_activity_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'activity rows are never removed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

MOVE = """
DO $$
DECLARE
    definition text;
    definitions text[];
    next_key bigint;
    before bigint;
    after bigint;
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    LOCK TABLE accounts_activity IN ACCESS EXCLUSIVE MODE;
    SELECT count(*), coalesce(max(id), 0) + 1 INTO before, next_key FROM accounts_activity;

    -- how the table is guarded: its references, its triggers (with the marks pgtrigger left on them), its indexes
    SELECT array_agg(line) INTO definitions FROM (
        SELECT format('ALTER TABLE accounts_activity ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS line
          FROM pg_constraint WHERE conrelid = 'accounts_activity'::regclass AND contype = 'f'
        UNION ALL
        SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'accounts_activity'::regclass AND NOT tgisinternal
        UNION ALL
        SELECT format('COMMENT ON TRIGGER %I ON accounts_activity IS %L', tgname, obj_description(oid, 'pg_trigger'))
          FROM pg_trigger WHERE tgrelid = 'accounts_activity'::regclass AND NOT tgisinternal
        UNION ALL
        SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'accounts_activity'::regclass AND NOT indisprimary
    ) AS kept;

    ALTER TABLE accounts_activity ALTER COLUMN id DROP IDENTITY;
    ALTER TABLE accounts_activity RENAME TO accounts_activity_before;
    FOR definition IN SELECT conname FROM pg_constraint
                       WHERE conrelid = 'accounts_activity_before'::regclass AND contype = 'p' LOOP
        EXECUTE format('ALTER TABLE accounts_activity_before RENAME CONSTRAINT %I TO %I', definition, left('b_' || definition, 63));
    END LOOP;
    FOR definition IN SELECT indexrelid::regclass::text FROM pg_index
                       WHERE indrelid = 'accounts_activity_before'::regclass AND NOT indisprimary LOOP
        EXECUTE format('DROP INDEX %s', definition);
    END LOOP;

    CREATE SEQUENCE accounts_activity_id_seq AS bigint;
    PERFORM setval('accounts_activity_id_seq', next_key, false);
    CREATE TABLE accounts_activity (LIKE accounts_activity_before INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY RANGE (at);
    ALTER TABLE accounts_activity ALTER COLUMN id SET DEFAULT nextval('accounts_activity_id_seq');
    ALTER SEQUENCE accounts_activity_id_seq OWNED BY accounts_activity.id;
    ALTER TABLE accounts_activity ADD CONSTRAINT accounts_activity_pkey PRIMARY KEY (id, at);
    CREATE TABLE accounts_activity_rest PARTITION OF accounts_activity DEFAULT;
    FOREACH definition IN ARRAY definitions LOOP
        EXECUTE coalesce(definition, '');
    END LOOP;
    CREATE TRIGGER activity_part_is_not_truncated BEFORE TRUNCATE ON accounts_activity_rest
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_activity_stays();

    PERFORM accounts_activity_month(month::date) FROM (
        SELECT date_trunc('month', at AT TIME ZONE 'UTC') AS month FROM accounts_activity_before
        UNION
        SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + ahead * interval '1 month' FROM generate_series(0, 3) AS ahead
    ) AS months ORDER BY month;
    INSERT INTO accounts_activity SELECT * FROM accounts_activity_before ORDER BY at, id;
    SELECT count(*) INTO after FROM accounts_activity;
    IF after <> before THEN
        RAISE EXCEPTION 'the timeline had % activities and would have %; nothing was changed', before, after;
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    DROP TABLE accounts_activity_before;
END $$;
ANALYZE accounts_activity;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_single_sign_on"), ("support", "0023_told_without_reference")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="activity",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="accounts.activity"
            ),
        ),
        migrations.AlterField(
            model_name="webhookmessage",
            name="activity",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.activity",
            ),
        ),
        migrations.RunSQL([STAYS, MONTH, MOVE]),
    ]
