"""Strategy: what is said in the workbook, its editions, and what we learned."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from support.strategy import lessons, writing
from support.strategy.models import Lesson, StrategyEdition, StrategyEntry
from support.strategy.parts import MEASURES, PARTS, places
from support.strategy.writing import Content


class EntryForm(forms.ModelForm):
    """Where it is said, the words, who keeps them, and the evidence."""

    place = forms.ChoiceField(
        choices=[
            (f"{part.code}/{question}", f"{part.title}: {part.questions[question]}" if question else part.title)
            for part, question in places()
        ],
        widget=UnfoldAdminSelectWidget,
    )
    measures = forms.MultipleChoiceField(choices=list(MEASURES.items()), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = StrategyEntry
        fields = ("words", "owner", "policies", "segments", "measures")


@admin.register(StrategyEntry)
class StrategyEntryAdmin(UseCaseAdmin):
    """What is said on a part, or to one of its questions."""

    form = EntryForm
    list_display = ("part_title", "question", "words", "owner", "written_by", "written_at")
    list_select_related = ("owner", "written_by")
    autocomplete_fields = ("owner",)
    filter_horizontal = ("policies", "segments")
    fields = ("place", "words", "owner", "policies", "segments", "measures")

    def get_form(self, request: HttpRequest, obj: StrategyEntry | None = None, **options: object) -> type[forms.ModelForm]:
        """What is changed begins with its place."""
        form: type[forms.ModelForm] = super().get_form(request, obj, **options)
        form.base_fields["place"].initial = f"{obj.part}/{obj.question}" if obj else None
        return form

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> StrategyEntry:
        """Say it."""
        given = form.cleaned_data
        part, _slash, question = given["place"].partition("/")
        content = Content(**{name: given[name] for name in ("words", "owner", "policies", "segments", "measures")})
        return writing.say(actor=request.user, part=part, question=question, content=content, at=timezone.now())

    @admin.display(ordering="part")
    def part_title(self, entry: StrategyEntry) -> str:
        """Name the part."""
        return str(PARTS[entry.part].title) if entry.part in PARTS else entry.part


@admin.register(StrategyEdition)
class StrategyEditionAdmin(LookingAdmin):
    """The workbook as it was published; a second manager publishes on the page of the strategy."""

    list_display = ("number", "why", "published_by", "published_at")
    list_select_related = ("published_by",)


@admin.register(Lesson)
class LessonAdmin(UseCaseAdmin):
    """What we learned. A lesson stays."""

    list_display = ("learned", "happened", "version", "ticket", "noted_by", "noted_at")
    list_select_related = ("version__policy", "ticket", "noted_by")
    raw_id_fields = ("ticket",)
    fields = ("happened", "learned", "version", "ticket")

    def has_change_permission(self, request: HttpRequest, obj: Lesson | None = None) -> bool:
        """What was noted stays."""
        return False

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Lesson:
        """Note it."""
        given = {name: form.cleaned_data[name] for name in self.fields}
        return lessons.note(actor=request.user, at=timezone.now(), **given)
