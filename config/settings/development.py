"""One machine, loopback only: what `./run` uses. The signing key is made once and kept in the state folder."""

from config.launcher import state
from config.settings.base import *  # noqa: F403
from config.settings.base import ENV

DEBUG = ENV["DEBUG"]
SECRET_KEY = ENV["SECRET_KEY"] or state.kept_secret("secret_key")
ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"] or ["localhost", "127.0.0.1", "[::1]"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.GatheredFiles"},
}
WHITENOISE_MAX_AGE = 0  # of names without a sum: always asked for again
SHOW_STYLEGUIDE = True
SHOW_MAILBOX = not ENV["EMAIL_URL"]
WEBHOOKS_MAY_GO_INSIDE = True  # to a receiver on this machine
SIGN_IN_PROVIDERS_ANYWHERE = True
