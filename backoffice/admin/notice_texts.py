"""Texts of notices as managers write them: a version is written, looked at, sent to oneself, then published."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.timeline.kinds import KINDS
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from backoffice.admin.policies import for_each
from support.notices import letters, texts
from support.notices.models import NoticeText, Told
from support.notices.table import NOTICES
from support.notices.texts import Written


class TextForm(forms.ModelForm):
    """What the next version says."""

    kind = forms.ChoiceField(label=_("Notice"), widget=UnfoldAdminSelectWidget)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget)
    subject = forms.CharField(label=_("Subject"), max_length=150, widget=UnfoldAdminTextInputWidget)
    words = forms.CharField(label=_("Words"), widget=UnfoldAdminTextareaWidget)
    label = forms.CharField(label=_("Label of the button"), max_length=60, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = NoticeText
        fields = ("kind", "language", "subject", "words", "label")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "kind" in self.fields:
            self.fields["kind"].choices = [(kind, f"{kind}: {KINDS[kind].label}") for kind in sorted(NOTICES)]
            self.fields["words"].help_text = _(
                "Variables stand in braces: those in the sentence of the notice, and {always}. An empty line parts paragraphs."
            ).format(always=", ".join(f"{{{name}}}" for name in texts.ALWAYS))


@admin.register(NoticeText)
class NoticeTextAdmin(UseCaseAdmin):
    """What notices say. Without a published version a notice says what we ship."""

    added_only = True  # a version stays as it was written; another one is written
    form = TextForm
    list_display = ("kind", "language", "number", "subject", "written_by", "published_at", "withdrawn_at")
    list_filter = ("language", "kind")
    list_select_related = ("written_by",)
    search_fields = ("kind", "subject")
    fields = ("kind", "language", "subject", "words", "label")
    actions = ("send_to_me", "publish", "withdraw")

    def get_fields(self, request: HttpRequest, obj: NoticeText | None = None) -> tuple[str, ...]:
        more = ("number", "preview", "written_by", "written_at", "published_at", "withdrawn_at")
        return (*self.fields, *more) if obj else self.fields

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> NoticeText:
        """Write the next version."""
        given = form.cleaned_data
        text = Written(given["subject"], given["words"], given["label"])
        return texts.write(actor=request.user, kind=given["kind"], language=given["language"], text=text, at=timezone.now())

    @admin.display(description=_("With sample values"))
    def preview(self, text: NoticeText) -> SafeString:
        """Show how it reads."""
        shown = texts.preview(text)
        return format_html("<strong>{}</strong><pre>{}</pre>[ {} ]", shown.subject, shown.words, shown.label)

    @admin.action(description=_("Send a test to me"))
    def send_to_me(self, request: HttpRequest, chosen: QuerySet[NoticeText]) -> None:
        """Send the chosen ones to whoever looks, with sample values."""
        for text in chosen:
            activity = texts.sample_activity(text, timezone.now())
            mail = letters.write(NOTICES[text.kind], activity, request.user, text=text)
            try:
                texts.trial(actor=request.user, text=text, mail=mail)
                self.message_user(request, _("A test is on its way to %(email)s.") % {"email": request.user.email})
            except OSError:
                self.message_user(request, _("The mail server did not take it. Try again later."), level=messages.ERROR)

    @admin.action(description=_("Publish"))
    def publish(self, request: HttpRequest, chosen: QuerySet[NoticeText]) -> None:
        """Let the chosen ones be told from now on."""
        self._each(request, chosen, texts.publish)

    @admin.action(description=_("Withdraw: back to the text before"))
    def withdraw(self, request: HttpRequest, chosen: QuerySet[NoticeText]) -> None:
        """Tell the chosen ones no more."""
        self._each(request, chosen, texts.withdraw)

    def _each(self, request: HttpRequest, chosen: QuerySet[NoticeText], act: Any) -> None:
        said = {"actor": request.user, "at": timezone.now()}
        for_each(self, request, chosen, lambda text: act(text=text, **said))


@admin.register(Told)
class ToldAdmin(LookingAdmin):
    """What could not be mailed: it waits to be tried again, or was given up and is news alone."""

    list_display = ("activity", "person", "way", "due_at", "sent_at", "tries", "fault")
    list_filter = ("way",)
    list_select_related = ("activity__customer", "person")
    search_fields = ("person__email", "fault")
    fields = ("activity", "person", "way", "due_at", "sent_at", "tries", "fault")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Told]:
        """Leave out what went well."""
        return super().get_queryset(request).exclude(fault="")
