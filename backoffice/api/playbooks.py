"""Playbooks: those in force, and the one that fits a ticket with its criteria answered."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places
from support.remedies.playbooks import offering
from support.remedies.playbooks.models import PlaybookVersion
from window.api.views import View


class PlaybookSerializer(serializers.ModelSerializer):
    """What a playbook says: by what it is recognised, what it asks, which remedies it tries first, and what is told."""

    code = serializers.CharField(source="playbook.code")

    class Meta:
        model = PlaybookVersion
        fields = (
            "code", "number", "title", "detector", "words", "criteria", "remedies", "reply_text", "follow_ups", "written_at",
        )  # fmt: skip
        read_only_fields = fields


class CriterionSerializer(serializers.Serializer):
    """A criterion on this ticket: met or not, and why."""

    code = serializers.CharField()
    met = serializers.BooleanField()
    words = serializers.CharField(allow_blank=True)


class OfferedSerializer(serializers.Serializer):
    """The playbook that fits a ticket, null where none does; `reply_text` is filled in for it."""

    playbook = PlaybookSerializer(allow_null=True)
    fits = serializers.BooleanField(help_text="Whether every criterion is met.")
    criteria = CriterionSerializer(many=True)
    reply_text = serializers.CharField(allow_blank=True)


class Playbooks(View):
    access = access.WORK_TICKETS
    serializer_class = PlaybookSerializer

    @extend_schema(responses=PlaybookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the playbooks in force, the first to offer first."""
        return Response(PlaybookSerializer(offering.in_force(), many=True).data)


class TicketPlaybook(View):
    access = access.WORK_TICKETS
    serializer_class = OfferedSerializer

    def get(self, request: Request, ref: str) -> Response:
        """Return the playbook that fits a ticket."""
        offered = offering.for_ticket(places.ticket(request, ref))
        if offered is None:
            return Response({"playbook": None, "fits": False, "criteria": [], "reply_text": ""})
        asked = [{"code": code, "met": answer.met, "words": answer.words} for code, answer in offered.criteria]
        told = {"playbook": offered.version, "fits": offered.fits, "criteria": asked, "reply_text": offered.reply_text}
        return Response(OfferedSerializer(told).data)
