"""Work behind the pages: Celery, and the clock that wakes it.

A table of the database is always the list of what is to do; a task is only a wake-up, so tasks may come twice or not at all.
"""

from celery.schedules import crontab

CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 15 * 60
# A page that wakes the worker does not wait for a broker that is away: the beat finds the work later.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
REDIS_TRANSPORT = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
}
CELERY_TIMEZONE = "UTC"
HEARTBEAT_EVERY, DELIVERY_EVERY, UNKNOWN_PAYMENTS_EVERY, PRINTING_EVERY = 5.0, 5.0, 30.0, 60.0
LADDER_EVERY, CHATS_EVERY = 30.0, 30.0
VOICE_EVERY = 600.0
DUNNING_EVERY = 300.0
FIND_DUPLICATES_AT = crontab(hour="1", minute="40")
RUNS_EVERY, BULK_CHANGES_EVERY = 60.0, 30.0
STRIPE_EVENTS_EVERY = 20.0
AUTOPAY_EVERY, WATCH_CARDS_AT = 300.0, crontab(hour="3", minute="20")
BILLING_AT, RENEWALS_AT = crontab(hour="*/6", minute="10"), crontab(minute="50")
RECOGNITION_AT = crontab(hour="3", minute="20")
JUDGE_CUSTOMERS_AT, CHANGES_EVERY = crontab(hour="2", minute="10"), 300.0
TEND_CUSTOMERS_AT, SILENCE_AT = crontab(hour="2", minute="30"), crontab(hour="5", minute="10")
PRIVACY_EVERY = 30.0
MONTHS_AT = crontab(hour="0", minute="40")
HELD_NOTICES_EVERY, FETCH_MAIL_EVERY = 60.0, 60.0
WEBHOOKS_EVERY, FORGET_WEBHOOKS_AT = 5.0, crontab(hour="4", minute="10")
REPLIES_EVERY = 5.0
CELERY_BEAT_SCHEDULE = {
    "unread mail is fetched": {
        "task": "support.tasks.fetch_mail",
        "schedule": FETCH_MAIL_EVERY,
        "options": {"expires": FETCH_MAIL_EVERY},
    },
    "notices that waited for the morning and digests go out": {
        "task": "support.tasks.send_held_notices",
        "schedule": HELD_NOTICES_EVERY,
        "options": {"expires": HELD_NOTICES_EVERY},
    },
    "programs are told what happened": {
        "task": "accounts.tasks.send_webhooks",
        "schedule": WEBHOOKS_EVERY,
        "options": {"expires": WEBHOOKS_EVERY},
    },
    "old messages to programs are forgotten at night": {
        "task": "accounts.tasks.forget_webhooks",
        "schedule": FORGET_WEBHOOKS_AT,
        "options": {"expires": 6 * 3600.0},
    },
    "the months of the timeline are made ahead": {
        "task": "accounts.tasks.make_months",
        "schedule": MONTHS_AT,
        "options": {"expires": 12 * 3600.0},
    },
    "exports are written and erasures carried out": {
        "task": "accounts.tasks.tend_privacy",
        "schedule": PRIVACY_EVERY,
        "options": {"expires": PRIVACY_EVERY},
    },
    "segments and stages of customers are evaluated at night": {
        "task": "accounts.tasks.tend_customers",
        "schedule": TEND_CUSTOMERS_AT,
        "options": {"expires": 6 * 3600.0},
    },
    "whoever owns a silent customer is told": {
        "task": "support.tasks.watch_silence",
        "schedule": SILENCE_AT,
        "options": {"expires": 6 * 3600.0},
    },
    "the facts of customers are judged at night": {
        "task": "accounts.tasks.judge_customers",
        "schedule": JUDGE_CUSTOMERS_AT,
        "options": {"expires": 6 * 3600.0},
    },
    "changes that were asked for take effect on their day": {
        "task": "accounts.tasks.apply_changes",
        "schedule": CHANGES_EVERY,
        "options": {"expires": CHANGES_EVERY},
    },
    "what fell due is billed": {
        "task": "billing.tasks.bill_what_is_due",
        "schedule": BILLING_AT,
        "options": {"expires": 6 * 3600.0},
    },
    "revenue of the months that ended is recognised": {
        "task": "billing.tasks.recognise_revenue",
        "schedule": RECOGNITION_AT,
        "options": {"expires": 12 * 3600.0},
    },
    "contracts whose term ends are renewed or ended": {
        "task": "billing.tasks.decide_on_renewals",
        "schedule": RENEWALS_AT,
        "options": {"expires": 3600.0},
    },
    "runs whose worker was lost go on": {
        "task": "billing.tasks.go_on_with_runs",
        "schedule": RUNS_EVERY,
        "options": {"expires": RUNS_EVERY},
    },
    "files of changes go on": {
        "task": "billing.tasks.go_on_with_bulk_changes",
        "schedule": BULK_CHANGES_EVERY,
        "options": {"expires": BULK_CHANGES_EVERY},
    },
    "overdue money is asked for": {
        "task": "billing.tasks.ask_for_overdue_money",
        "schedule": DUNNING_EVERY,
        "options": {"expires": DUNNING_EVERY},
    },
    "customers are asked how it went": {
        "task": "support.tasks.ask_how_it_went",
        "schedule": VOICE_EVERY,
        "options": {"expires": VOICE_EVERY},
    },
    "customers kept twice are looked for at night": {
        "task": "accounts.tasks.find_duplicates",
        "schedule": FIND_DUPLICATES_AT,
        "options": {"expires": 6 * 3600.0},
    },
    "the worker says it lives": {
        "task": "config.heartbeat",
        "schedule": HEARTBEAT_EVERY,
        "options": {"expires": HEARTBEAT_EVERY},
    },
    "notices and webhooks go out": {
        "task": "accounts.tasks.deliver_activities",
        "schedule": DELIVERY_EVERY,
        "options": {"expires": DELIVERY_EVERY},
    },
    "payments of unknown outcome are asked for": {
        "task": "billing.tasks.ask_unknown_payments",
        "schedule": UNKNOWN_PAYMENTS_EVERY,
        "options": {"expires": UNKNOWN_PAYMENTS_EVERY},
    },
    "what is to be paid automatically is paid": {
        "task": "billing.tasks.pay_automatically",
        "schedule": AUTOPAY_EVERY,
        "options": {"expires": AUTOPAY_EVERY},
    },
    "news from Stripe is applied": {
        "task": "billing.tasks.apply_stripe_events",
        "schedule": STRIPE_EVENTS_EVERY,
        "options": {"expires": STRIPE_EVENTS_EVERY},
    },
    "cards that expire soon are told of at night": {
        "task": "billing.tasks.watch_cards",
        "schedule": WATCH_CARDS_AT,
        "options": {"expires": 6 * 3600.0},
    },
    "new documents are printed before somebody asks": {
        "task": "billing.tasks.render_new_documents",
        "schedule": PRINTING_EVERY,
        "options": {"expires": PRINTING_EVERY},
    },
    "replies that have rested leave": {
        "task": "support.tasks.send_rested_replies",
        "schedule": REPLIES_EVERY,
        "options": {"expires": REPLIES_EVERY},
    },
    "chats that somebody went away from are looked after": {
        "task": "support.tasks.tend_chats",
        "schedule": CHATS_EVERY,
        "options": {"expires": CHATS_EVERY},
    },
    "tickets climb the ladder and promises are watched": {
        "task": "support.tasks.watch_the_clock",
        "schedule": LADDER_EVERY,
        "options": {"expires": LADDER_EVERY},
    },
}
