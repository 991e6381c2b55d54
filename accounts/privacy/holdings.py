"""Holdings: which tables hold something about a person or a customer, what the law makes us keep, and what we hand out.

Tables are found by walking the references of the models, so a new one is never forgotten. A rule is cited with its law.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.customers.models import Customer
from accounts.people.models import User

Model = type[models.Model]
OURS: Final = ("accounts", "billing", "support")
STEPS: Final = 4  # references from a row to its customer
CREDENTIALS: Final = ("account", "mfa", "usersessions")  # how a person signs in: erased whole

VOUCHERS: Final = (
    "Invoices, payments and the books they stand in are kept for 8 and 10 years: Art. 17 (3) (b) GDPR with § 147 (3) AO, "
    "§ 257 (4) HGB and § 14b (1) UStG."
)
AGREED: Final = (
    "What was agreed and ordered is kept as long as claims may arise from it, and 6 years as business letters: "
    "Art. 17 (3) (b) and (e) GDPR with § 147 (3) AO and § 257 (4) HGB."
)
ACCOUNTABLE: Final = "That an erasure was asked for, decided and done is kept to show that it was: Art. 5 (2) GDPR."
CONSENTED: Final = (
    "That a person allowed something, and until when, is kept to show that they did: Art. 7 (1) and Art. 5 (2) GDPR."
)
KEPT: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "billing.Document", "billing.DocumentFile", "billing.Line", "billing.Payment", "billing.Refund", "billing.Settlement",
            "billing.Entry", "billing.Posting", "billing.BankStatement", "billing.BankLine", "billing.DirectDebit",
            "billing.DebitFile", "billing.TransferOrder", "billing.StripeCustomer", "billing.StripeCall", "billing.StripeEvent",
        ),
        VOUCHERS,
    ),
    **dict.fromkeys(("billing.Contract", "billing.ContractEvent", "billing.Mandate", "billing.Subscription", "billing.Autopay",
         "billing.AutopaySkip"), AGREED),
    "accounts.Erasure": ACCOUNTABLE,
    "accounts.Consent": CONSENTED,
}  # fmt: skip
# What a customer gets of itself and all below it; the rest is our own work on it.
GIVEN: Final = (
    "accounts.Customer", "accounts.Address", "accounts.Membership", "accounts.Responsibility", "accounts.Activity",
    "accounts.ChangeRequest", "accounts.SourceRecord", "accounts.SourceValue",
    "accounts.Confirmation", "accounts.Viewing", "billing.Contract", "billing.Subscription", "billing.ContractEvent",
    "billing.Document", "billing.Line", "billing.Payment", "billing.Refund", "billing.Settlement", "billing.Mandate",
    "billing.PaymentPlan", "billing.Instalment", "billing.Dispute", "billing.UsageRecord", "billing.Redemption",
    "billing.Autopay", "billing.AutopaySkip", "accounts.WebhookEndpoint",
    "support.Ticket", "support.Chat", "support.CallBack", "support.Message", "support.Attachment", "support.Praise",
)  # fmt: skip
# Never handed out, whoever asks: secrets, what opens something, and what a move means for others than who asks.
SECRETS: Final = frozenset(
    {
        "password",
        "digest",
        "data",
        "session_key",
        "opening",
        "raw",
        "content",
        "token",
        "seed",
        "earlier_seed",
        "effects",
        "sealed_secret",
    }
)


# Columns that hold a number a person gave us, with the column that names the person: emptied with them.
NUMBERS: Final[dict[str, tuple[str, str]]] = {"support.CallBack": ("phone", "person")}
# Columns that hold a person's words as bytes, with the column that holds their address: emptied with them.
RAW: Final[dict[str, tuple[str, str]]] = {"support.IncomingMail": ("raw", "sender")}


@dataclass(frozen=True)
class Holding:
    """A table: how its rows lead to a person and to a customer (empty where they do not), and which columns hold words."""

    model: Model
    to_person: tuple[str, ...]
    to_customer: str

    @property
    def label(self) -> str:
        """The table as KEPT and GIVEN name it."""
        return self.model._meta.label

    @property
    def name(self) -> str:
        """The table as people read it."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def words(self) -> list["models.Field[Any, Any]"]:
        """The columns that can hold a name or an address."""
        return [field for field in self.model._meta.concrete_fields if _holds_words(field)]


@cache
def every() -> tuple[Holding, ...]:
    """Return all tables of ours, in a steady order."""
    ways = _ways_to_customers()
    found = [model for model in apps.get_models() if model._meta.app_label in OURS and model._meta.managed]
    return tuple(
        Holding(model, _to_person(model), ways.get(model, "-")) for model in sorted(found, key=lambda one: one._meta.label)
    )


def credentials() -> list[tuple[Model, str]]:
    """Return the tables that say how people sign in, with the column that names the person."""
    found = [model for model in apps.get_models() if model._meta.app_label in CREDENTIALS]
    return [(model, name) for model in found for name in _to_person(model)]


def _to_person(model: Model) -> tuple[str, ...]:
    if model is User:
        return ("pk",)
    return tuple(field.name for field in model._meta.concrete_fields if field.related_model is User)


def _ways_to_customers() -> dict[Model, str]:
    """Return for each table the shortest way from its rows to a customer, as a lookup; the customers' own is "pk"."""
    ways: dict[Model, str] = {Customer: "pk"}
    reached: list[Model] = [Customer]
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
    for _ in range(STEPS):
        found: list[Model] = []
        for model in ours:
            if model not in ways and (step := _step(model, reached)):
                onward = ways[step.related_model]
                ways[model] = step.name if onward == "pk" else f"{step.name}__{onward}"
                found.append(model)
        reached = found
    return ways


def _step(model: Model, reached: list[Model]) -> Any:
    return next((field for field in model._meta.concrete_fields if field.related_model in reached), None)


def _holds_words(field: "models.Field[Any, Any]") -> bool:
    if field.is_relation or getattr(field, "generated", False) or field.primary_key or field.choices:
        return False
    return isinstance(field, models.CharField | models.TextField | models.JSONField | ArrayField)
