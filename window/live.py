"""The live stream of a window: tells a page what just happened to the viewer's customers, so that it can show it.

Server-sent events, one per activity, named after its kind. Who may know is asked anew for each event: membership can end while a
stream is open. Nothing is promised about events while the line was down: then the event is `missed` and pages ask again.
"""

import json
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from accounts.people import access
from accounts.people.models import User
from accounts.timeline import live
from accounts.timeline.models import Activity

SECONDS_OF_SILENCE = 15
SECONDS_A_STREAM_LASTS = 30 * 60


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with events until half an hour has passed; the browser then asks again by itself."""
    events = _events_async if isinstance(request, ASGIRequest) else _events
    response = StreamingHttpResponse(events(request.user.pk), content_type="text/event-stream")
    response["Cache-Control"] = "private, no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _events(viewer_id: int) -> Iterator[str]:
    connection.close()
    yield "retry: 3000\n\n"
    for notice in live.hear(silence=SECONDS_OF_SILENCE, seconds=SECONDS_A_STREAM_LASTS):
        if text := _told(viewer_id, notice):
            yield text


async def _events_async(viewer_id: int) -> AsyncIterator[str]:
    await sync_to_async(connection.close)()
    yield "retry: 3000\n\n"
    async for notice in live.hear_async(silence=SECONDS_OF_SILENCE, seconds=SECONDS_A_STREAM_LASTS):
        if text := await sync_to_async(_told)(viewer_id, notice):
            yield text


def _told(viewer_id: int, notice: live.Notice | None) -> str:
    """Return what the browser gets: a sign of life in silence, an event it may know of, or nothing."""
    if notice is None:
        return ": still here\n\n"
    if notice is live.MISSED:
        return "event: missed\ndata: {}\n\n"
    try:
        return _event(notice) if _may_know(viewer_id, notice) else ""
    finally:
        connection.close()


def _may_know(viewer_id: int, notice: live.Notice) -> bool:
    viewer = User.objects.filter(pk=viewer_id, is_active=True).first()
    if viewer is None:
        return False
    if not notice.activity:  # a whisper
        return access.customers_within_reach(viewer).filter(pk=notice.customer).exists()
    activities = Activity.objects.all() if access.level_of(viewer) else Activity.objects.shown_to_customers()
    return activities.filter(pk=notice.activity, customer__in=access.customers_within_reach(viewer)).exists()


def _event(notice: live.Notice) -> str:
    told = {"about": notice.about_ref, "group": notice.tree}
    return f"event: {notice.kind}\ndata: {json.dumps(told)}\n\n"
