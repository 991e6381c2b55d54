"""How the administration works here: managers may, changes are use cases, a refusal stands on the form.

A page that changes something names a use case in `carry_out`. When the use case refuses, the whole page is rolled back and shown
again as it was typed, with the reason above it. Books are looked at, never edited.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from django.contrib.admin import AdminSite, display
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Model
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from accounts.decisions import Refusal
from accounts.people import access
from backoffice.admin import field_names
from backoffice.admin.choosing import FoundSelect
from backoffice.admin.names import NAMES
from window.formats import amount

MINOR = "_minor"


def _may_steer(request: HttpRequest) -> bool:
    return request.user.is_superuser or access.level_of(request.user) in access.STEER.levels


class ManagersAdmin(ModelAdmin):
    """A page for managers, called as they call it. Nothing is deleted here: what ends, ends on a day.

    Amounts are read as people write them.
    """

    added_only = False  # whether a row stays as it was added: another one follows it, or it ends
    compressed_fields = True
    currency_path = "currency"  # where a row says the currency of its amounts

    def __init__(self, model: type[Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        model._meta.verbose_name, model._meta.verbose_name_plural = NAMES[model._meta.label_lower]
        field_names.give(model)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_steer(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _may_steer(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may_steer(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not (self.added_only and obj is not None) and _may_steer(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filter by what the page offers and by nothing else: a filter on a hidden column would tell what it holds."""
        offered = {getattr(one, "parameter_name", one) for one in self.get_list_filter(request)}
        return lookup.partition("__")[0] in offered and super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show amounts in place of whole minor units."""
        return self.with_amounts(super().get_list_display(request))

    def with_amounts(self, names: Iterable[Any]) -> list[Any]:
        """Put an amount in the place of each name of minor units; its currency then needs no column of its own."""
        shown = [self._amount(name) if str(name).endswith(MINOR) else name for name in names]
        return [one for one in shown if one != "currency" or not any(callable(other) for other in shown)]

    def _amount(self, name: str) -> Callable[[Model], str | None]:
        field, currency_of = self.opts.get_field(name), attrgetter(self.currency_path)

        @display(description=str(field.verbose_name).removesuffix(MINOR.replace("_", " ")), ordering=name, empty_value="–")
        def written(row: Model) -> str | None:
            minor = getattr(row, name)
            return None if minor is None else amount(minor, currency_of(row))

        written.__name__ = name.removesuffix(MINOR)
        return written

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> ModelChoiceField | None:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = FoundSelect(db_field, self.admin_site, using=kwargs.get("using"))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            field.label_from_instance = self._labels_of(db_field.remote_field.model)
        return field

    def label_of(self, row: Model) -> str:
        """Return what a row of this page is called where it is chosen elsewhere."""
        return str(row)

    def _labels_of(self, model: type[Model]) -> Callable[[Model], str]:
        page = self.admin_site._registry.get(model)
        return page.label_of if isinstance(page, ManagersAdmin) else str


class LookingAdmin(ManagersAdmin):
    """A page to look at, with no way to change anything."""

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Show every field, with amounts in place of whole minor units."""
        return self.with_amounts(super().get_fields(request, obj))

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
