"""How the administration works here: managers may, changes are use cases, a refusal stands on the form.

A page that changes something names a use case in `carry_out`. When the use case refuses, the whole page is rolled back and shown
again as it was typed, with the reason above it. Books are looked at, never edited.
"""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from accounts.decisions import Refusal
from accounts.people import access
from backoffice.admin.names import NAMES


def _may_steer(request: HttpRequest) -> bool:
    return request.user.is_superuser or access.level_of(request.user) in access.STEER.levels


class ManagersAdmin(ModelAdmin):
    """A page for managers, called as they call it. Nothing is deleted here: what ends, ends on a day."""

    compressed_fields = True

    def __init__(self, model: type[Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        model._meta.verbose_name, model._meta.verbose_name_plural = NAMES[model._meta.label_lower]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_steer(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _may_steer(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may_steer(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _may_steer(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filter by what the page offers and by nothing else: a filter on a hidden column would tell what it holds."""
        offered = {name for name in self.get_list_filter(request) if isinstance(name, str)}
        return lookup.partition("__")[0] in offered and super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LookingAdmin(ManagersAdmin):
    """A page to look at, with no way to change anything."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class UseCaseAdmin(ManagersAdmin):
    """A page whose saving is a use case of the domain."""

    def carry_out(self, request: HttpRequest, form: ModelForm, *, change: bool) -> Model:
        """Call the use case with what the form says and return what it made or changed."""
        raise TypeError(f"{type(self).__name__} names no use case")

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        """Carry the use case out instead of saving the row."""
        made = self.carry_out(request, form, change=change)
        obj.__dict__.update(made.__dict__)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list[Any], change: bool) -> None:
        """Leave what hangs on the row to the use case."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page; after a refusal once more, with what was typed and the reason."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            request.refusal = refusal
            return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return _refused(form, refusal) if refusal else form


def _refused(form: type[ModelForm], refusal: Refusal) -> type[ModelForm]:
    """Return a form like `form` that carries the reason of a refusal."""

    def clean(self: ModelForm) -> dict[str, Any]:
        raise ValidationError(refusal.reason, code=refusal.code)

    return type(form.__name__, (form,), {"clean": clean})
