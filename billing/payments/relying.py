"""Relying: what would be left without a way to pay when a method were removed.

A subscription that runs relies on the methods available to whoever pays for it; an automatic payment on its own method, or on
those available to its customer. Without this rule the last card could go and the next invoice would find none.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.decisions import ALLOWED, Decision, refused
from billing.payments.models import Autopay, PaymentMethod

NEEDED: Final = "method_still_needed"
Reasons = dict[int, str]

# For each method asked about: the customers for whom it may pay and who would have no other valid one.
_LEFT_WITHOUT: Final = """
SELECT kept.id AS method_id, c.id, c.tree_id
FROM billing_paymentmethod kept JOIN accounts_customer node ON node.id = kept.customer_id JOIN accounts_customer c
    ON c.id = node.id OR (kept.scope = 'subtree' AND c.tree_id = node.tree_id AND c.lft > node.lft AND c.rght < node.rght)
WHERE kept.id = ANY(%(methods)s) AND NOT EXISTS (
    SELECT 1 FROM billing_paymentmethod m JOIN accounts_customer keeper ON keeper.id = m.customer_id
    WHERE m.removed_at IS NULL AND m.id <> kept.id AND (m.expires_on IS NULL OR m.expires_on > %(on)s)
      AND (keeper.id = c.id
           OR (m.scope = 'subtree' AND keeper.tree_id = c.tree_id AND keeper.lft < c.lft AND keeper.rght > c.rght)))
"""
_RUNNING: Final = f"""
WITH without AS ({_LEFT_WITHOUT}),
     trees AS (SELECT tree_id FROM without UNION SELECT asked.tree_id FROM accounts_responsibility held
               JOIN accounts_customer asked ON asked.id = held.customer_id WHERE held.responsible_id IN (SELECT id FROM without))
SELECT DISTINCT ON (without.method_id) without.method_id, s.ref
FROM billing_subscription s JOIN accounts_customer asked ON asked.id = s.customer_id
LEFT JOIN LATERAL ({responsibilities.NEAREST_NAMED}) nearest ON true
JOIN without ON without.id = coalesce(nearest.responsible_id, asked.id)
WHERE s.next_due_on IS NOT NULL AND asked.tree_id IN (SELECT tree_id FROM trees)
ORDER BY without.method_id, s.ref
"""  # noqa: S608 # fixed parts only
_PAID_BY_DEFAULT: Final = f"""
SELECT DISTINCT ON (without.method_id) without.method_id, c.name
FROM ({_LEFT_WITHOUT}) without JOIN billing_autopay a ON a.customer_id = without.id JOIN accounts_customer c ON c.id = without.id
WHERE a.ended_at IS NULL AND a.method_id IS NULL ORDER BY without.method_id, c.name
"""  # noqa: S608 # fixed parts only


def decide(kept: PaymentMethod, on: date) -> Decision:
    """Say whether `kept` may be removed on that day."""
    return decide_each([kept], on)[kept.pk]


def decide_each(kept: Sequence[PaymentMethod], on: date) -> dict[int, Decision]:
    """Say of each method whether it may be removed alone on that day; the first rule to object answers."""
    answers = dict.fromkeys([method.pk for method in kept], ALLOWED)
    labels = {method.pk: method.label for method in kept}
    for rule in reversed(RULES):
        objections = rule(list(labels), on) if labels else {}
        answers |= {
            pk: refused(NEEDED, _("{labels} {reason}").format(labels=labels[pk], reason=reason))
            for pk, reason in objections.items()
        }
    return answers


def not_named_by_an_automatic_payment(methods: list[int], on: date) -> Reasons:
    """An automatic payment that names a method would have none."""
    named = Autopay.objects.filter(method__in=methods, ended_at=None).select_related("customer").order_by("-pk")
    words = "pays automatically for {0}. Replace it, or choose another for that first."
    return {order.method_id: words.format(order.customer) for order in named if order.method_id}


def not_the_last_for_what_is_paid_automatically(methods: list[int], on: date) -> Reasons:
    """An automatic payment by whichever method is the default needs one."""
    words = "is the last way to pay automatically for {0}. Add another first, or replace it."
    return {pk: words.format(customer) for pk, customer in _asked(_PAID_BY_DEFAULT, methods, on)}


def not_the_last_for_what_runs(methods: list[int], on: date) -> Reasons:
    """A subscription that runs needs a way to pay."""
    words = "is the last way to pay for the running subscription {0}. Add another first, or replace it."
    return {pk: words.format(ref) for pk, ref in _asked(_RUNNING, methods, on)}


RULES: Final[tuple[Callable[[list[int], date], Reasons], ...]] = (
    not_named_by_an_automatic_payment,
    not_the_last_for_what_is_paid_automatically,
    not_the_last_for_what_runs,
)


def _asked(question: str, methods: list[int], on: date) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(question, {"methods": methods, "on": on, "role": responsibilities.PAYER})
        return list(cursor.fetchall())
