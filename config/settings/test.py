"""What the tests run with: quick hashing, mail in memory, tasks at once, static files straight from their folders."""

import secrets

from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, DATABASES

DEBUG = False
SECRET_KEY = secrets.token_urlsafe(64)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
FRESH_SIGN_IN = None  # tests sign in without a sign-in page; those of config/hardening.py set it
STAFF_SECOND_FACTOR = False
REPLY_RESTS_SECONDS = 0
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
SHOW_STYLEGUIDE = True
SHOW_MAILBOX = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
DATABASES["default"]["CONN_MAX_AGE"] = 0
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
