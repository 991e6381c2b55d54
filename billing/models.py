"""Hands the models of the folders below to Django; nothing else."""

from billing.amendments.bulk.models import BulkChange, BulkChangeRow, BulkChoice
from billing.amendments.models import BonusShare, OrderApproval, Quote
from billing.anomalies.models import Finding
from billing.catalog.models import Charge, Coupon, LegalEntity, Plan, PlanVersion, PriceList, Product, TaxRate
from billing.contracts.models import Contract, ContractEvent, ContractTerms, Redemption, Subscription
from billing.dunning.models import Dispute, DunningPause, DunningStep, Instalment, PaymentPlan, StepTaken
from billing.invoices.models import Coverage, CreditOrder, Document, DocumentFile, Line, NumberSeries, Settlement
from billing.invoices.running.models import BillingRun, BillingWork
from billing.ledger.models import Entry, Posting, Recognition
from billing.payments.bank.models import BankLine, BankStatement, TransferOrder
from billing.payments.models import Autopay, AutopaySkip, GatewayCharge, Payment, PaymentMethod, PaymentShare, Refund
from billing.payments.sepa.models import DebitFile, DirectDebit, Mandate
from billing.payments.stripe.models import StripeCall, StripeCustomer, StripeEvent
from billing.provisioning.models import ProvisioningStep, ProvisioningTask
from billing.usage.models import Meter, UsageRecord

__all__ = [
    "Autopay",
    "AutopaySkip",
    "BankLine",
    "BankStatement",
    "BonusShare",
    "BulkChange",
    "BulkChangeRow",
    "BulkChoice",
    "BillingRun",
    "BillingWork",
    "Charge",
    "Contract",
    "ContractEvent",
    "ContractTerms",
    "Coupon",
    "Coverage",
    "CreditOrder",
    "DebitFile",
    "DirectDebit",
    "Dispute",
    "Document",
    "DocumentFile",
    "DunningPause",
    "DunningStep",
    "Entry",
    "Finding",
    "GatewayCharge",
    "Instalment",
    "LegalEntity",
    "Line",
    "Mandate",
    "Meter",
    "NumberSeries",
    "Payment",
    "PaymentMethod",
    "PaymentPlan",
    "PaymentShare",
    "Plan",
    "PlanVersion",
    "Posting",
    "PriceList",
    "Product",
    "ProvisioningStep",
    "ProvisioningTask",
    "OrderApproval",
    "Quote",
    "Recognition",
    "Redemption",
    "Refund",
    "Settlement",
    "StepTaken",
    "StripeCall",
    "StripeCustomer",
    "StripeEvent",
    "Subscription",
    "TaxRate",
    "TransferOrder",
    "UsageRecord",
]
