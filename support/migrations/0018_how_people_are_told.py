"""How people are told. What was told may be many rows: its indexes are built, and its rule is checked, while notices are written."""

import datetime
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0014_webhooks'),
        ('support', '0017_offers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(max_length=12)),
                ('way', models.CharField(choices=[('mail', 'By mail at once'), ('daily', 'In a digest once a day'), ('weekly', 'In a digest once a week'), ('portal', 'Only as news here')], max_length=6)),
            ],
        ),
        migrations.CreateModel(
            name='NoticeHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quiet_since', models.TimeField(blank=True, null=True)),
                ('quiet_until', models.TimeField(blank=True, null=True)),
                ('digest_at', models.TimeField(default=datetime.time(7, 0))),
                ('digest_on', models.PositiveSmallIntegerField(default=0, help_text='The day of weekly digests; Monday is 0.')),
            ],
        ),
        migrations.AddField(
            model_name='told',
            name='due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='told',
            name='way',
            field=models.CharField(choices=[('mail', 'By mail at once'), ('daily', 'In a digest once a day'), ('weekly', 'In a digest once a week'), ('portal', 'Only as news here')], db_default='mail', default='mail', max_length=6),
        ),
        AddIndexConcurrently(
            model_name='told',
            index=models.Index(condition=models.Q(('due_at__isnull', False), ('sent_at', None)), fields=['due_at'], name='told_waiting'),
        ),
        AddIndexConcurrently(
            model_name='told',
            index=models.Index(fields=['person', '-id'], name='told_by_person'),
        ),
        AddConstraintNotValid(
            model_name='told',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way__in', ['daily', 'weekly']), _negated=True), ('due_at__isnull', False), _connector='OR'), name='what_a_digest_tells_has_its_moment'),
        ),
        ValidateConstraint(model_name='told', name='what_a_digest_tells_has_its_moment'),
        migrations.AddField(
            model_name='noticechoice',
            name='customer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer'),
        ),
        migrations.AddField(
            model_name='noticechoice',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_choices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='noticehours',
            name='person',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice_hours', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='noticechoice',
            constraint=models.UniqueConstraint(fields=('person', 'customer', 'group'), name='one_choice_per_person_customer_and_group', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='noticechoice',
            constraint=models.CheckConstraint(condition=models.Q(('group__in', ['security', 'legal']), _negated=True), name='what_must_be_told_is_not_chosen'),
        ),
        migrations.AddConstraint(
            model_name='noticehours',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_since', None), ('quiet_until', None)), models.Q(('quiet_since__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='quiet_hours_begin_and_end'),
        ),
        migrations.AddConstraint(
            model_name='noticehours',
            constraint=models.CheckConstraint(condition=models.Q(('digest_on__lte', 6)), name='digest_day_is_a_day_of_the_week'),
        ),
    ]
