"""What every environment shares. Secrets and addresses come from `config.env`, never from here."""

import os
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext_lazy as _

from config import databases, env, logs
from config.launcher import postgres, state, valkey
from config.settings.administration import *  # noqa: F403
from config.settings.api import *  # noqa: F403
from config.settings.background import *  # noqa: F403
from config.settings.background import REDIS_TRANSPORT
from config.settings.security import *  # noqa: F403
from config.settings.signing_in import *  # noqa: F403

BASE_DIR = state.CHECKOUT
ENV = env.read()
STATE = state.folder()

# Comparing meanings takes a thousandth of a second on one processor and ten when numpy's threads wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# --- parts -----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "accounts",
    "billing",
    "support",
    "portal",
    "backoffice",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "mptt",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "config.middleware.request_reference",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.SmallerPages",
    "config.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.program_by_key",
    "config.single_sign_on.watching.only_by_provider",
    "config.viewing.ViewAsMember",
    "config.middleware.own_time",
    "config.middleware.own_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.PlainSigns",
    "config.middleware.DefaultDeny",
    "config.hardening.Hardening",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["window.templatetags.accord"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "config.mailbox.mailbox_link",
                "portal.frame.portal_frame",
                "backoffice.frame.staff_frame",
            ],
        },
    },
]

# --- the database ----------------------------------------------------------------------------------------------------
DATABASE_ADDRESS = ENV["DATABASE_URL"] or env.DATABASE(postgres.url())
try:
    DATABASES = {
        "default": databases.connection(DATABASE_ADDRESS.parts, process=ENV["ACCORD_PROCESS"], pooled=ENV["DATABASE_POOLED"])
    }
except ValueError as fault:
    env.refuse([f"DATABASE_URL: {fault}"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the cache, sessions and messages -----------------------------------------------------------------------------------
CACHE_ADDRESS = ENV["CACHE_URL"] or env.CACHE(valkey.cache_url())
CACHE_BACKEND = "django.core.cache.backends.redis.RedisCache"
CACHES: dict[str, Any] = {"default": {"BACKEND": CACHE_BACKEND, "LOCATION": CACHE_ADDRESS.text}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- background work ---------------------------------------------------------------------------------------------------
BROKER_ADDRESS = ENV["CELERY_BROKER_URL"] or env.BROKER(valkey.broker_url())
CELERY_BROKER_URL = BROKER_ADDRESS.text
CELERY_BROKER_TRANSPORT_OPTIONS = (
    REDIS_TRANSPORT if BROKER_ADDRESS.parts.scheme.startswith("redis") else {"confirm_publish": True}
)

# --- signing in --------------------------------------------------------------------------------------------------------
STAFF_SECOND_FACTOR = bool(ENV["STAFF_SECOND_FACTOR"])
SECRET_KEY_FALLBACKS = ENV["SECRET_KEY_FALLBACKS"] or []

# --- answering -----------------------------------------------------------------------------------------------------------
REPLY_RESTS_SECONDS = ENV["REPLY_RESTS_SECONDS"]

# --- the site --------------------------------------------------------------------------------------------------------
SITE_URL = ENV["SITE_URL"].text.rstrip("/") if ENV["SITE_URL"] else "http://localhost:8000"
ALLAUTH_TRUSTED_PROXY_COUNT = ENV["TRUSTED_PROXIES"]
if ENV["TRUSTED_PROXIES"]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- words, dates, files ---------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
SHOW_STYLEGUIDE = False
SHOW_MAILBOX = False
STATIC_URL = "static/"
STATIC_ROOT = STATE / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = STATE / "files"
MAIL_FOLDER = STATE / "mail"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- mail ------------------------------------------------------------------------------------------------------------
STRIPE_SECRET_KEY = ENV["STRIPE_SECRET_KEY"] or ""
STRIPE_PUBLISHABLE_KEY = ENV["STRIPE_PUBLISHABLE_KEY"] or ""
STRIPE_WEBHOOK_SECRET = ENV["STRIPE_WEBHOOK_SECRET"] or ""
STRIPE_API = ENV["STRIPE_API"].text.rstrip("/") if ENV["STRIPE_API"] else ""

MAILBOX_TO_FETCH = ENV["IMAP_URL"].parts if ENV["IMAP_URL"] else None
MAIL_WEBHOOK, MAIL_WEBHOOK_SECRET = ENV["MAIL_WEBHOOK"] or "", ENV["MAIL_WEBHOOK_SECRET"] or ""

WEBHOOKS_MAY_GO_INSIDE = False  # addresses of this machine and of private networks are refused

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV["EMAIL_FROM"]
EMAIL_SUBJECT_PREFIX = ""
EMAIL_TIMEOUT = 10
if ENV["EMAIL_URL"]:
    MAIL_SERVER = ENV["EMAIL_URL"].parts
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = MAIL_SERVER.hostname
    EMAIL_PORT = MAIL_SERVER.port or 587
    EMAIL_HOST_USER = unquote(MAIL_SERVER.username or "")
    EMAIL_HOST_PASSWORD = unquote(MAIL_SERVER.password or "")
    EMAIL_USE_SSL = MAIL_SERVER.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL
else:
    EMAIL_BACKEND = "config.mail.MailFolder"

LOGGING_CONFIG = None
logs.configure(level=ENV["LOG_LEVEL"], as_json=False)
