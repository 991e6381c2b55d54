"""What a view of the API rests on: lists that go on from a cursor, and the key by which a repeated request is known.

Doing a thing twice with the same `Idempotency-Key` does it once: the key becomes the use case's own key, for this person and
this address, and the answer is what the first request made.
"""

from collections import OrderedDict
from datetime import UTC
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, DateTimeField

from accounts import signs
from accounts.decisions import Refusal
from accounts.people.access import Action

DateTimeField.timezone = UTC  # moments are written in UTC, and read so without an offset, in whatever zone the person lives
LONGEST_KEY = 100
REPEATABLE = OpenApiParameter(
    "Idempotency-Key",
    type=str,
    location=OpenApiParameter.HEADER,
    required=True,
    description="Made by the sender, at most 100 signs, another one for each thing to be done; sent again, it is done once.",
)


class DirectionTurned(Refusal):
    """Text that would read as another."""

    code = "direction_turned"


class Pages(CursorPagination):
    """Fifty rows a page, at most two hundred; a row that comes in meanwhile moves no page."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = "-pk"

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(getattr(view, "ordering", (self.ordering,)))

    def get_paginated_response(self, data: Any) -> Response:
        return Response(OrderedDict(next=self.get_next_link(), previous=self.get_previous_link(), results=data))


class View(GenericAPIView):
    """A view of the API. `access` is what opens it; `scope` what a key needs to change something here."""

    access: ClassVar[Action | str]
    scope: ClassVar[str]
    refused_as: int = 422
    pagination_class = None

    def read(self, serializer: BaseSerializer) -> dict[str, Any]:
        """Return what was sent, read by `serializer`.

        Raises:
            ValidationError: it cannot be read.
            DirectionTurned: some text in it holds a mark that turns the direction of writing.
        """
        serializer.is_valid(raise_exception=True)
        read: dict[str, Any] = serializer.validated_data
        if signs.turns(read):
            raise DirectionTurned(_("Some text contains marks that turn the direction of writing; send it without them."))
        return read

    @property
    def repeat_key(self) -> UUID:
        """The key of this request, the same whenever this person sends it to this address again.

        Raises:
            ValidationError: the request carries none.
        """
        given = self.request.headers.get("Idempotency-Key", "").strip()
        if not 0 < len(given) <= LONGEST_KEY or "\x00" in given:
            raise ValidationError({"Idempotency-Key": ["Send a key of your own with this request, at most 100 signs."]})
        return uuid5(NAMESPACE_URL, f"{self.request.user.pk} {self.request.path} {given}")


def repeatable(**described: Any) -> Any:
    """Describe an operation that takes an `Idempotency-Key`."""
    return extend_schema(parameters=[REPEATABLE], **described)


class Listing(ListModelMixin, View):
    """A list that is read page by page."""

    pagination_class = Pages

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)
