"""The Celery application: finds the tasks of the domain apps and says once in a while that a worker lives."""

from celery import Celery, Task
from django.core.cache import cache
from django.utils import timezone

HEARTBEAT = "worker-heartbeat"
SECONDS_A_HEARTBEAT_COUNTS = 60

app = Celery("accord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(bind=True, name="config.heartbeat")
def heartbeat(self: Task) -> None:
    """Record that a worker took a task just now; `/healthz` reads it."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), timeout=SECONDS_A_HEARTBEAT_COUNTS)
