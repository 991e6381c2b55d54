"""The list of tags as managers keep it; another name for a tag changes all tickets that bear it."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice import views_shown
from backoffice.admin.base import UseCaseAdmin
from support.desk import tags
from support.desk.filters import UNRESOLVED, Filters
from support.tickets.tag_models import Tag


class TagForm(forms.ModelForm):
    """A tag; the name of another one merges both, so it may be there already."""

    class Meta:
        model = Tag
        fields = ("name", "purpose", "retired")

    def validate_unique(self) -> None:
        """The use case says what becomes of a name there is."""

    def clean_name(self) -> str:
        """Tags are in small letters."""
        return " ".join(self.cleaned_data["name"].lower().split())


@admin.register(Tag)
class TagAdmin(UseCaseAdmin):
    """The words tickets are found by, who coined them, and how many unresolved tickets bear each."""

    form = TagForm
    list_display = ("name", "purpose", "shown", "retired", "coined_by", "coined_at")
    list_filter = ("retired",)
    list_select_related = ("coined_by",)
    search_fields = ("name", "purpose")
    ordering = ("name",)
    fields = TagForm.Meta.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        """Count with each its unresolved tickets."""
        return tags.with_open_tickets(super().get_queryset(request))

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> Tag:
        """Say what the tag is called and what it is for."""
        given, said = form.cleaned_data, {"actor": request.user, "at": timezone.now()}
        name = given["name"]
        if change:
            tag = Tag.objects.get(pk=form.instance.pk)
            name = tags.rename(tag=tag, to=name, **said).name
            if name != tag.name and Tag.objects.filter(pk=tag.pk, retired=True).exists():
                return Tag.objects.get(name=name)
        return tags.describe(name=name, purpose=given["purpose"], retired=given["retired"], **said)

    @admin.display(description=_("Open tickets"), ordering="open_tickets")
    def shown(self, tag: Tag) -> SafeString:
        """Lead to the tickets that bear it."""
        address = views_shown.address(Filters(tag=tag.name, status=UNRESOLVED))
        return format_html('<a href="{}">{}</a>', address, tag.open_tickets)
