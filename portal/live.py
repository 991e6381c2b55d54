"""The portal's live stream."""

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.people import access
from accounts.people.routes import declares
from window import live


@declares(access.SEE_CUSTOMER)
@require_GET
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with events as they happen."""
    return live.stream(request)
