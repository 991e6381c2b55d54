"""The API keeps what its description promises, whatever is sent to it: no fault of ours, no answer it does not describe."""

from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core import signals
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from accounts.people import keys
from billing.invoices.documents import rendering
from tests.portal import subject

pytestmark = pytest.mark.django_db

EXAMPLES = 12
CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


def description() -> dict[str, Any]:
    """What the API says of itself."""
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


API = schemathesis.openapi.from_dict(description())
OPERATIONS = {operation.ok().label: operation.ok() for operation in API.get_all_operations()}


@pytest.fixture
def program(monkeypatch):
    """A key that may do everything its customer may, where one of everything stands."""
    monkeypatch.setattr(rendering, "pdf_of", lambda document, language="": b"%PDF-1.7")
    monkeypatch.setitem(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "person", "100000/min")
    cache.clear()
    there = subject.make()
    _, secret = keys.make(actor=None, customer=there.tree.berlin, name="Fuzz", scopes=keys.SCOPES, at=timezone.now())
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)  # the test's own transaction goes on after a request
    plainly = {"Accept-Encoding": "identity"}  # nothing unpacks what is handed from the application to the test
    yield there, {"Authorization": f"Bearer {secret}"} | plainly
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_operation_keeps_its_promise_whatever_is_sent(program, label):
    there, headers = program
    operation, named = OPERATIONS[label], names(there)
    app = get_wsgi_application()

    @how(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def sent(case: Any) -> None:
        case.path_parameters.update({name: named[name] for name in case.path_parameters if name in named})
        with transaction.atomic():
            response = case.call(app=app, headers=headers, base_url="http://testserver")
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    sent()


def names(there: subject.Subject) -> dict[str, Any]:
    """What addresses name, so that most requests reach something."""
    return {"number": there.tree.berlin.number, "token": str(there.quote.pk)}
