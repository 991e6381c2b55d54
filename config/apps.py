from django.apps import AppConfig

from config.celery import app


class WiringConfig(AppConfig):
    """Loads the Celery application with Django, so that every process hands its work to the same broker."""

    name = "config"
    celery = app
