"""The page of webhooks: registering one in a step, its secret once, how each try went, and everything by hand."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.webhooks import addresses, endpoints, sending
from accounts.webhooks.models import WebhookEndpoint, WebhookMessage
from tests.factories import people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def boss(tree):
    return people.administrator(tree.germany)


@pytest.fixture
def visitor(boss):
    return browser_of(boss)


def page(tree, name="webhooks", *more):
    return reverse(f"portal:{name}", args=[tree.germany.number, *more])


def registered(tree, boss):
    given = {"url": "https://erp.example/hooks", "topics": ["invoices"], "at": NOON}
    return endpoints.register(actor=boss, customer=tree.germany, **given)[0]


def test_address_is_registered_and_its_secret_is_shown_once(tree, visitor):
    answer = visitor.post(page(tree), {"url": "https://erp.example/hooks", "topics": ["invoices", "payments"]})

    assert "whsec_" in words(answer)
    assert "https://erp.example/hooks" in words(visitor.get(page(tree)))
    assert "whsec_" not in words(visitor.get(page(tree)))


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://erp.example/", "https://localhost/x", "nonsense", ""])
def test_address_that_is_refused_is_said_on_the_form(tree, visitor, url):
    answer = visitor.post(page(tree), {"url": url, "topics": ["invoices"], "note": "Our ERP"})

    assert answer.status_code == 422
    assert 'value="Our ERP"' in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_trial_is_sent_and_the_page_says_how_it_went(tree, boss, visitor, monkeypatch):
    found = registered(tree, boss)
    monkeypatch.setattr(addresses, "post", lambda *_: addresses.Answer(503))
    visitor.post(page(tree, "webhook_trials", found.pk))
    message = WebhookMessage.objects.get()

    sending.send_waiting(at=message.due_at)

    assert "answered 503" in words(visitor.get(page(tree, "webhook", found.pk)))


def test_secret_is_changed_and_shown_once(tree, boss, visitor):
    found = registered(tree, boss)

    assert "whsec_" in words(visitor.post(page(tree, "webhook_secrets", found.pk)))
    assert "whsec_" not in words(visitor.get(page(tree, "webhook", found.pk)))


def test_removed_webhook_does_nothing_more_and_says_so(tree, boss, visitor):
    found = registered(tree, boss)
    visitor.post(page(tree, "webhook_removals", found.pk))

    for act in ("webhook_trials", "webhook_secrets", "webhook_activations", "webhook_redeliveries"):
        answer = visitor.post(page(tree, act, found.pk))
        assert (answer.status_code, "This webhook was removed" in words(answer)) == (422, True)


def test_webhook_of_another_customer_is_not_found_through_ones_own(tree, visitor):
    other = endpoints.register(
        actor=people.administrator(tree.us), customer=tree.us, url="https://erp.example/us", topics=["invoices"], at=NOON
    )[0]

    assert visitor.get(page(tree, "webhook", other.pk)).status_code == 404
    assert visitor.post(page(tree, "webhook_secrets", other.pk)).status_code == 404


def test_messages_nobody_knows_are_not_sent_again(tree, boss, visitor):
    found = registered(tree, boss)

    assert visitor.post(page(tree, "webhook_redeliveries", found.pk), {"message": "x"}).status_code == 404
    answer = visitor.post(page(tree, "webhook_redeliveries", found.pk), {"message": uuid4()}, follow=True)
    assert "0 messages go out again." in words(answer)
