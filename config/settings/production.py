"""Real servers, real people: HTTPS only, every secret given, nothing shown of a fault but its reference."""

from config import env, logs
from config.settings.base import *  # noqa: F403
from config.settings.base import ENV


def _faults() -> list[str]:
    """Return what production may not start with."""
    site = ENV["SITE_URL"]
    wrong = {
        "SECRET_KEY: production needs one of at least 50 characters": len(ENV["SECRET_KEY"] or "") < 50,
        "ALLOWED_HOSTS: production needs the host names of this site": not ENV["ALLOWED_HOSTS"],
        "ALLOWED_HOSTS: production refuses *": "*" in (ENV["ALLOWED_HOSTS"] or []),
        "DEBUG: production refuses it": ENV["DEBUG"],
        "SITE_URL: production needs the https address of this site": site is None or site.parts.scheme != "https",
        "DATABASE_URL: production needs a PostgreSQL server": ENV["DATABASE_URL"] is None,
        "CELERY_BROKER_URL: production needs a broker": ENV["CELERY_BROKER_URL"] is None,
        "CACHE_URL: production needs a cache": ENV["CACHE_URL"] is None,
    }
    return [fault for fault, found in wrong.items() if found]


env.refuse(_faults())

DEBUG = False
SECRET_KEY = ENV["SECRET_KEY"]
ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"]
STAFF_SECOND_FACTOR = ENV["STAFF_SECOND_FACTOR"] is not False
CSRF_TRUSTED_ORIGINS = [ENV["SITE_URL"].text.rstrip("/")]

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_NAME = "__Host-accord"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.LastingNames"},
}
logs.configure(level=ENV["LOG_LEVEL"], as_json=True)
