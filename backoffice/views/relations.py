"""Relations of a customer that are not parenthood: whom it serves and by whom it is served."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation, RelationKind
from accounts.people import access, relations
from accounts.people.routes import declares
from backoffice import overview, places
from backoffice.forms.relations import RelationEndForm, RelationForm
from window.paging import page_of
from window.refusals import refusals_shown_on


@declares(access.SEE_BACKOFFICE)
@require_GET
def customer_relations(request: HttpRequest, number: str) -> HttpResponse:
    """Show whom a customer serves, by whom it is served, and what each may see for it."""
    node = places.customer(request, number)
    return _page(request, node, RelationForm(initial=_today(node)))


@declares(access.SHAPE_TREE)
@require_POST
def relation_makings(request: HttpRequest, number: str) -> HttpResponse:
    """Let a customer serve another from a day on."""
    node, form = places.customer(request, number), RelationForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with refusals_shown_on(form):
            given["other"] = _named(request, given["other"])
            relations.relate(actor=request.user, customer=node, at=timezone.now(), **given)
            messages.success(request, _("They are related."))
            return redirect("backoffice:customer_relations", node.number)
    return _page(request, node, form, status=422)


@declares(access.SHAPE_TREE)
@require_POST
def relation_endings(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a relation hold no more from a day."""
    held, form = get_object_or_404(Relation.objects.select_related("customer__kind"), pk=pk), RelationEndForm(request.POST)
    if form.is_valid():
        relations.end(actor=request.user, relation=held, on=form.cleaned_data["on"], at=timezone.now())
        return redirect("backoffice:customer_relations", held.customer.number)
    return _page(request, held.customer, RelationForm(initial=_today(held.customer)), status=422)


def _named(request: HttpRequest, number: str) -> Customer:
    found = access.customers_within_reach(request.user).numbered(number.replace("\x00", "").strip()).first()
    if found is None:
        raise relations.RelationRefused(_("There is no customer with this number."), code="no_such_customer")
    return found


def _today(node: Customer) -> dict[str, str]:
    return {"since": places.today(node).isoformat()}


def _page(request: HttpRequest, node: Customer, form: RelationForm, *, status: int = 200) -> HttpResponse:
    context = {
        "node": node,
        "path": overview.path_to(node),
        "form": form,
        "page": page_of(request, relations.of_customer(node), newest_by="since"),
        "kinds": RelationKind.objects.all(),
        "today": timezone.now().date(),
        "may_relate": access.decide(request.user, access.SHAPE_TREE, node),
    }
    return render(request, "backoffice/customers/relations.html", context, status=status)
