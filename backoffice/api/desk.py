"""The agents' desk: merging and splitting tickets, macros, changing many at once, problems, saved views, taking a reply back."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import access
from backoffice import places
from backoffice.api.tickets import WorkedTicketSerializer
from support import tasks
from support.desk import bulk, changes, filters, macros, merging, problems, saved_views, splitting
from support.desk.bulk_models import Bulk, BulkRow
from support.desk.changes import Change
from support.desk.filters import Filters
from support.desk.macro_models import SavedView
from support.desk.models import Problem
from support.tickets import threads
from support.tickets.models import Ticket
from window.api.views import Listing, View, repeatable


class OtherTicketSerializer(serializers.Serializer):
    """Another ticket, by its ref."""

    other = serializers.CharField(max_length=20)


class SplitSerializer(serializers.Serializer):
    """Which message of the customer's becomes a ticket, and what about."""

    message = serializers.IntegerField(min_value=1)
    subject = serializers.CharField(max_length=200)


class TicketChangeSerializer(serializers.Serializer):
    """What happens to a ticket; what is left out stays. `assignee` is "me", "nobody" or a person's id."""

    text = serializers.CharField(max_length=20_000, required=False, default="")
    internal = serializers.BooleanField(default=False)
    status = serializers.ChoiceField(choices=changes.STATUSES, required=False, default="")
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices, required=False, default="")
    kind = serializers.ChoiceField(
        choices=Ticket.Kind.choices, required=False, default="", help_text="What it is about; deadlines and skill follow."
    )
    assignee = serializers.CharField(max_length=20, required=False, default="")
    add_tags = serializers.ListField(child=serializers.CharField(max_length=40), default=list)
    remove_tags = serializers.ListField(child=serializers.CharField(max_length=40), default=list)
    fields_filled = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True), default=dict,
        help_text="Fields by their codes; an empty word takes a value off.",
    )  # fmt: skip

    @staticmethod
    def to_change(given: Mapping[str, Any]) -> Change:
        """Return what was read as a change."""
        tags = {name: changes.tags_of(",".join(given[name])) for name in ("add_tags", "remove_tags")}
        plain = {name: value for name, value in given.items() if name != "fields_filled"}
        return Change(**plain | tags, fields=given["fields_filled"])


class BulkAskedSerializer(serializers.Serializer):
    """One change over some tickets."""

    tickets = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=bulk.MOST)
    change = TicketChangeSerializer()

    def to_change(self) -> Change:
        """Return the change."""
        return TicketChangeSerializer.to_change(self.validated_data["change"])


class ForeseenSerializer(serializers.Serializer):
    """What would become of a ticket: what changes, from what to what, the words, and what objects."""

    ticket = serializers.CharField(source="ticket.ref")
    steps = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_blank=True)))
    text = serializers.CharField(allow_blank=True)
    objection = serializers.CharField(allow_blank=True)


class BulkRowSerializer(serializers.ModelSerializer):
    """What became of a ticket."""

    ticket = serializers.CharField(source="ticket.ref")

    class Meta:
        model = BulkRow
        fields = ("ticket", "status", "words", "made")
        read_only_fields = fields


class TicketBulkSerializer(serializers.ModelSerializer):
    """A change over several tickets with a row for each."""

    rows = serializers.SerializerMethodField()

    class Meta:
        model = Bulk
        fields = ("id", "made_at", "undone_at", "rows")
        read_only_fields = fields

    @extend_schema(responses=BulkRowSerializer(many=True))
    def get_rows(self, made: Bulk) -> list[Any]:
        return list(BulkRowSerializer(bulk.rows_of(made), many=True).data)


class MacroUsedSerializer(serializers.Serializer):
    """What is filled in, and the words put differently where they are."""

    inputs = serializers.DictField(child=serializers.CharField(max_length=500), default=dict)
    text = serializers.CharField(max_length=20_000, required=False, allow_null=True, default=None)


class ProblemSerializer(serializers.ModelSerializer):
    """One cause behind many tickets."""

    size = serializers.IntegerField(read_only=True)
    unresolved = serializers.IntegerField(read_only=True)

    class Meta:
        model = Problem
        fields = ("ref", "title", "status", "cause", "opened_at", "ended_at", "size", "unresolved")
        read_only_fields = fields


class SavedViewSerializer(serializers.ModelSerializer):
    """Filters under a name, with how many tickets they hold right now; empty when counting took too long."""

    count = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields = ("id", "name", "filters", "shared", "count")
        read_only_fields = fields

    def get_count(self, view: SavedView) -> str:
        counts = self.context["counts"]
        return str(counts[view.pk].text) if view.pk in counts else ""


class Merges(View):
    access = access.WORK_TICKETS
    serializer_class = WorkedTicketSerializer

    @extend_schema(request=OtherTicketSerializer, responses=WorkedTicketSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Read another ticket as part of this one; the same merge again changes nothing."""
        survivor, given = places.ticket(request, ref), self.read(OtherTicketSerializer(data=request.data))
        merging.merge(actor=request.user, retired=places.ticket(request, given["other"]), survivor=survivor, at=timezone.now())
        return Response(self.get_serializer(places.ticket(request, ref)).data)


class Separations(View):
    access = access.WORK_TICKETS
    serializer_class = WorkedTicketSerializer

    @extend_schema(request=None, responses=WorkedTicketSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Let a merged ticket stand by itself again."""
        merging.undo(actor=request.user, retired=places.ticket(request, ref), at=timezone.now())
        return Response(self.get_serializer(places.ticket(request, ref)).data)


class Splits(View):
    access = access.WORK_TICKETS
    serializer_class = WorkedTicketSerializer

    @repeatable(request=SplitSerializer, responses={201: WorkedTicketSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Make a ticket of one message of the customer's."""
        found, key = places.ticket(request, ref), self.repeat_key
        given = self.read(SplitSerializer(data=request.data))
        said = threads.messages_of(found, request.user).select_related("ticket__customer")
        message = get_object_or_404(said, pk=given["message"])
        made = splitting.split(actor=request.user, message=message, subject=given["subject"], key=key, at=timezone.now())
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


class MacroUses(View):
    access = access.WORK_TICKETS
    serializer_class = WorkedTicketSerializer

    @repeatable(request=MacroUsedSerializer, responses={201: WorkedTicketSerializer})
    def post(self, request: Request, ref: str, code: str) -> Response:
        """Use a macro on a ticket; it happens at once."""
        found, key = places.ticket(request, ref), self.repeat_key
        given = self.read(MacroUsedSerializer(data=request.data))
        version = get_object_or_404(macros.in_force(), macro__code=code)
        change = macros.change_of(version, inputs=given["inputs"], text=given["text"])
        macros.use(actor=request.user, ticket=found, version=version, change=change, key=key, at=timezone.now())
        return Response(self.get_serializer(places.ticket(request, ref)).data, status=status.HTTP_201_CREATED)


class TicketChanges(View):
    access = access.WORK_TICKETS
    serializer_class = WorkedTicketSerializer

    @repeatable(request=TicketChangeSerializer, responses={201: WorkedTicketSerializer})
    def post(self, request: Request, ref: str) -> Response:
        """Hand a ticket over, say what it is about, how urgent it is, its tags and its status, with words or without."""
        found, key = places.ticket(request, ref), self.repeat_key
        change = TicketChangeSerializer.to_change(self.read(TicketChangeSerializer(data=request.data)))
        changes.make(actor=request.user, ticket=found, change=change, key=key, at=timezone.now())
        return Response(self.get_serializer(places.ticket(request, ref)).data, status=status.HTTP_201_CREATED)


class Foreseen(View):
    access = access.WORK_TICKETS
    serializer_class = ForeseenSerializer

    @extend_schema(request=BulkAskedSerializer, responses=ForeseenSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Say what a change would do to each ticket; nothing is changed."""
        asked = BulkAskedSerializer(data=request.data)
        named = _named(request, self.read(asked)["tickets"])
        foreseen = changes.foresee(actor=request.user, change=asked.to_change(), tickets=named)
        return Response(self.get_serializer(foreseen, many=True).data)


class Bulks(View):
    access = access.WORK_TICKETS
    serializer_class = TicketBulkSerializer

    @repeatable(request=BulkAskedSerializer, responses={202: TicketBulkSerializer})
    def post(self, request: Request) -> Response:
        """Change some tickets; a worker does row by row. Ask for the bulk to read what became of each."""
        asked, key = BulkAskedSerializer(data=request.data), self.repeat_key
        named = _named(request, self.read(asked)["tickets"])
        made = bulk.begin(actor=request.user, tickets=named, change=asked.to_change(), key=key, at=timezone.now())
        transaction.on_commit(lambda: tasks.work_off_bulk.delay(made.pk))
        return Response(self.get_serializer(made).data, status=status.HTTP_202_ACCEPTED)


class OneBulk(View):
    access = access.WORK_TICKETS
    serializer_class = TicketBulkSerializer

    @extend_schema(responses=TicketBulkSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Read what became of each ticket."""
        return Response(self.get_serializer(get_object_or_404(bulk.visible_to(request.user), pk=pk)).data)


class BulkUndoings(View):
    access = access.WORK_TICKETS
    serializer_class = TicketBulkSerializer
    refused_as = 403

    @extend_schema(request=None, responses={202: TicketBulkSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Let a worker put back what nobody changed since; only who made the change does. Ask for the bulk to read the result."""
        found = get_object_or_404(bulk.visible_to(request.user), pk=pk)
        bulk.undo(actor=request.user, bulk=found, at=timezone.now())
        transaction.on_commit(lambda: tasks.work_off_bulk.delay(pk))
        return Response(self.get_serializer(found).data, status=status.HTTP_202_ACCEPTED)


class Problems(Listing):
    access = access.WORK_TICKETS
    serializer_class = ProblemSerializer
    queryset = Problem.objects.none()
    ordering = ("-opened_at", "-pk")

    def get_queryset(self) -> QuerySet[Problem]:
        return problems.visible_to(self.request.user)


class Views(View):
    access = access.WORK_TICKETS
    serializer_class = SavedViewSerializer

    @extend_schema(responses=SavedViewSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List your saved views and the shared ones, each with its count."""
        views = list(saved_views.visible_to(request.user))
        context = self.get_serializer_context() | {"counts": saved_views.counts(request.user, views)}
        return Response(SavedViewSerializer(views, many=True, context=context).data)


def _named(request: Request, refs: list[str]) -> QuerySet[Ticket]:
    related = ("customer", "requester", "assignee", "document", "speaker")
    return filters.tickets(request.user, Filters()).filter(ref__in=refs).select_related(*related).order_by("pk")
