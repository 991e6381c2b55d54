"""The administration writes amounts as people do, and answers what cannot be with a sentence."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.catalog.models import Product
from billing.dunning.models import DunningStep
from support.remedies import limits
from support.remedies.models import AuthorityGrant
from support.service_levels import ladder, targets
from support.service_levels.models import LadderStep, ServiceCalendar, ServiceTarget
from tests.backoffice.seeing import words
from tests.factories import billing, customers, people, support

pytestmark = pytest.mark.django_db

NO_ROW = ["\x00", "Helios", "x" * 6000, "2026-12-01", "NaN", "-1", "99999999999999999999"]


@pytest.mark.parametrize("typed", NO_ROW)
@pytest.mark.parametrize(("page", "field"), [("support_authoritygrant", "user"), ("accounts_condition", "customer")])
def test_choice_that_can_name_no_row_is_refused_with_a_sentence(manager, page, field, typed):
    answer = manager.post(reverse(f"admin:{page}_add"), {field: typed})

    assert answer.status_code == 200
    assert "Select a valid choice." in words(answer) or "Null characters are not allowed." in words(answer)


def test_document_is_listed_and_shown_with_its_amounts_as_people_read_them(manager):
    document = billing.invoice(customers.group(), 123450)

    listed = words(manager.get(reverse("admin:billing_document_changelist")))
    shown = words(manager.get(reverse("admin:billing_document_change", args=[document.pk])))

    assert "1,234.50 EUR" in listed
    assert "1,234.50 EUR" in shown
    assert "123450" not in listed + shown


def test_codes_are_listed_and_filtered_in_words(manager):
    support.limit("agent", 25000, 100000)
    support.limit("supervisor", 200000, 500000)
    listing = reverse("admin:support_authoritygrant_changelist")

    every, supervisors = (words(manager.get(f"{listing}{query}")) for query in ("", "?level=supervisor"))

    assert "every kind" in every and "250.00 EUR" in every
    assert "2,000.00 EUR" in supervisors and "250.00 EUR" not in supervisors
    assert ">Supervisor<" in supervisors.replace("\n", "").replace(" ", "")


def test_step_on_an_amount_is_written_in_the_amount_people_speak_of(manager):
    step = {
        "number": 7,
        "trigger": "amount",
        "amount": "99.50",
        "currency": "eur",
        "days": 30,
        "level": "manager",
        "active": "on",
    }

    manager.post(reverse("admin:support_ladderstep_add"), step)

    made = LadderStep.objects.get(number=7)
    shown = words(manager.get(reverse("admin:support_ladderstep_change", args=[made.pk])))
    assert (made.amount_minor, made.currency, ladder.words(made)) == (9950, "EUR", "it is about 99.50 EUR or more")
    assert 'value="99.50"' in shown


@pytest.mark.parametrize(
    ("wrong", "said"), [({"amount": "9,5"}, "is not an amount in EUR"), ({"currency": "EUX"}, "is not a currency in use")]
)
def test_step_on_an_amount_that_cannot_be_is_refused_on_its_form(manager, wrong, said):
    step = {"number": 7, "trigger": "amount", "amount": "99.50", "currency": "EUR", "days": 30, "level": "manager"}

    answer = manager.post(reverse("admin:support_ladderstep_add"), step | wrong)

    assert said in words(answer)
    assert not LadderStep.objects.filter(number=7).exists()


def test_fee_of_a_reminder_is_written_in_the_amount_people_speak_of(manager):
    step = {"number": 9, "days": 40, "action": "fee", "amount": "4.50", "currency": "EUR", "words": "", "active": "on"}

    manager.post(reverse("admin:billing_dunningstep_add"), step)

    assert DunningStep.objects.get(number=9).fee_minor == 450
    assert "4.50 EUR" in words(manager.get(reverse("admin:billing_dunningstep_changelist")))


def test_product_is_not_given_up_in_a_time_that_no_term_can_be_reckoned_in(manager):
    product = billing.subscribed(customers.group(), term_months=12).product
    form = {"name": "Desk", "unit_name": "seat", "supply": "service"}
    days = {"sale_ends_on": "9999-12-30", "renewal_ends_on": "9999-12-31"}

    answer = manager.post(reverse("admin:billing_product_change", args=[product.pk]), form | days)

    assert "A product ends within a hundred years." in words(answer)
    assert Product.objects.get(pk=product.pk).renewal_ends_on is None


def test_limit_and_target_saved_as_they_are_begin_no_new_row(manager):
    today = timezone.now()
    boss, calendar, since = people.manager(), ServiceCalendar.objects.get(), today - timedelta(days=9)
    limit = limits.set_limit(actor=boss, level="agent", per_ticket_minor=25000, per_day_minor=100000, at=since)
    target = targets.set_target(actor=boss, clock="update", tier="gold", minutes=60, calendar=calendar, at=since)

    manager.post(reverse("admin:support_authoritygrant_change", args=[limit.pk]), {"per_ticket": "250.00", "per_day": "1000.00"})
    manager.post(reverse("admin:support_servicetarget_change", args=[target.pk]), {"minutes": 60, "calendar": calendar.pk})

    assert list(AuthorityGrant.objects.values_list("pk", "until")) == [(limit.pk, None)]
    assert list(ServiceTarget.objects.filter(clock="update", tier="gold").values_list("pk", "until")) == [(target.pk, None)]
