"""How the person who asks wants to be told: by group of notices, everywhere and at one customer; and when."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers.models import Customer
from accounts.people import access
from portal import places
from support.notices import groups, preferences
from support.notices.models import Way
from window.api.views import View

HOURS = ("quiet_since", "quiet_until", "digest_at", "digest_on")


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class Clock(serializers.TimeField):
    """A time of day in the person's own zone, to the minute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **options)


class GroupSerializer(serializers.Serializer):
    """A group of notices."""

    group = serializers.CharField()
    label = serializers.CharField()
    always = serializers.CharField(allow_blank=True, help_text="Why it always comes by mail; empty where one chooses.")
    everywhere = serializers.ChoiceField(choices=Way.choices)
    here = serializers.ChoiceField(choices=Way.choices, allow_blank=True, help_text="Empty where it follows the choice above.")


class NoticeChoicesSerializer(serializers.Serializer):
    """How and when a person is told."""

    groups = GroupSerializer(many=True)
    quiet_since = Clock(allow_null=True)
    quiet_until = Clock(allow_null=True)
    digest_at = Clock()
    digest_on = serializers.IntegerField(help_text="The weekday of weekly digests; 0 is Monday.")


class NewNoticeChoicesSerializer(serializers.Serializer):
    """What to choose anew, by group; what is not sent stays as it is."""

    everywhere = serializers.DictField(child=serializers.ChoiceField(choices=Way.choices), required=False, default=dict)
    here = serializers.DictField(
        child=serializers.ChoiceField(choices=Way.choices, allow_blank=True), required=False, default=dict,
        help_text="At this customer and below; an empty way follows the choice for everything.",
    )  # fmt: skip
    quiet_since = Clock(required=False, allow_null=True)
    quiet_until = Clock(required=False, allow_null=True)
    digest_at = Clock(required=False)
    digest_on = serializers.IntegerField(min_value=0, max_value=6, required=False)


class NoticeChoices(View):
    access = access.SEE_CUSTOMER
    serializer_class = NoticeChoicesSerializer

    def get(self, request: Request, number: str) -> Response:
        """Say how and when the person who asks is told, everywhere and at this customer."""
        return Response(NoticeChoicesSerializer(_told(request, places.node(request, number))).data)

    @extend_schema(request=NewNoticeChoicesSerializer, responses=NoticeChoicesSerializer)
    def post(self, request: Request, number: str) -> Response:
        """Choose anew; what is not sent stays as it is. All of it is kept, or nothing."""
        node = places.node(request, number)
        given = self.read(NewNoticeChoicesSerializer(data=request.data))
        held = preferences.hours_of(request.user)
        hours = {name: given[name] if name in given else getattr(held, name) for name in HOURS}
        preferences.keep(person=request.user, everywhere=given["everywhere"], customer=node, here=given["here"], **hours)
        return Response(NoticeChoicesSerializer(_told(request, node)).data)


def _told(request: Request, node: Customer) -> dict[str, Any]:
    everywhere, here = (preferences.choices_of(request.user, place) for place in (None, node))
    offered = groups.offered(ours=bool(access.level_of(request.user)))
    rows = [
        {
            "group": name, "label": str(group.label), "always": str(group.always),
            "everywhere": everywhere.get(name, Way.MAIL), "here": here.get(name, ""),
        }
        for name, group in offered.items()
    ]  # fmt: skip
    hours = preferences.hours_of(request.user)
    return {"groups": rows, **{name: getattr(hours, name) for name in HOURS}}
