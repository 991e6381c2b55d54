"""Webhooks of customers: who is told of what, whether it arrives; registering one for a customer, switching on, sending again."""

from collections.abc import Callable

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from accounts.timeline.asking import TOPICS
from accounts.webhooks import endpoints
from accounts.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from backoffice.admin.base import LookingAdmin, UseCaseAdmin
from backoffice.admin.policies import for_each


class RegistrationForm(forms.ModelForm):
    """Which address is told, at which customer, of what."""

    topics = forms.MultipleChoiceField(choices=[(topic, topic) for topic in TOPICS], widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = WebhookEndpoint
        fields = ("customer", "url", "note", "topics")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(UseCaseAdmin):
    """Where programs of customers are told what happens. What one of ours registers is told while they manage people."""

    added_only = True  # an address is registered anew, not changed
    form = RegistrationForm
    list_display = ("url", "customer", "registered_by", "failing_since", "disabled_at", "removed_at")
    list_select_related = ("customer", "registered_by")
    search_fields = ("url", "customer__name", "customer__number")
    autocomplete_fields = ("customer",)
    fields = ("customer", "url", "note", "topics")
    actions = ("enable", "send_again", "remove")

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> tuple[str, ...]:
        more = ("kinds", "registered_by", "registered_at", "failing_since", "disabled_at", "disabled_why", "removed_at")
        return (*self.fields, *more) if obj else self.fields

    def carry_out(self, request: HttpRequest, form: forms.ModelForm, *, change: bool) -> WebhookEndpoint:
        """Register, and show the secret once."""
        made, request.shown_once = endpoints.register(actor=request.user, at=timezone.now(), **form.cleaned_data)
        return made

    def response_add(self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret on the answer itself, so that it is kept nowhere: not in a message, which lies in the session."""
        context = self.admin_site.each_context(request) | {"endpoint": obj, "secret": request.shown_once}
        answer = TemplateResponse(request, "backoffice/secret_shown_once.html", context)
        add_never_cache_headers(answer)
        return answer

    @admin.action(description=_("Switch on again"))
    def enable(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        """Switch the chosen ones on."""
        self._each(request, chosen, endpoints.enable)

    @admin.action(description=_("Send again what did not arrive"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        """Send again what the chosen ones did not get."""
        self._each(request, chosen, endpoints.redeliver)

    @admin.action(description=_("Remove"))
    def remove(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        """Tell the chosen ones nothing more."""
        self._each(request, chosen, endpoints.remove)

    def _each(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint], act: Callable[..., object]) -> None:
        said = {"actor": request.user, "at": timezone.now()}
        for_each(self, request, chosen.select_related("customer"), lambda endpoint: act(endpoint=endpoint, **said))


class AttemptInline(admin.TabularInline):
    """How each try went."""

    model = WebhookAttempt
    extra = 0
    can_delete = False
    fields = readonly_fields = ("at", "answered", "fault")

    def has_add_permission(self, request: HttpRequest, obj: WebhookMessage | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WebhookMessage | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: WebhookMessage | None = None) -> bool:
        return True


@admin.register(WebhookMessage)
class WebhookMessageAdmin(LookingAdmin):
    """What was sent to programs of customers."""

    list_display = ("id", "endpoint", "activity", "status", "tries", "queued_at", "settled_at")
    list_filter = ("status",)
    list_select_related = ("endpoint", "activity")
    search_fields = ("endpoint__url",)
    fields = ("endpoint", "activity", "status", "tries", "queued_at", "due_at", "settled_at")
    inlines = (AttemptInline,)
    show_full_result_count = False
