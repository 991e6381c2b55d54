"""Hands the models of the folders below to Django; nothing else."""

from accounts.customers.models import Address, Customer, CustomerKind, Handover, Move, Responsibility
from accounts.customers.relation_models import Relation, RelationKind, SharedTicket
from accounts.customers.retired_models import RetiredFact
from accounts.customers.rule_models import RuleSetting
from accounts.people.models import ApiKey, Membership, StaffProfile, User, Viewing
from accounts.policies.models import (
    Acknowledgement,
    Firing,
    Policy,
    PolicyBinding,
    PolicyException,
    PolicyVersion,
)
from accounts.privacy.models import Consent, Erasure, Export
from accounts.quality.models import Candidate, ChangeRequest, Confirmation, Merge, Score, StagedImport
from accounts.quality.source_models import SourceRecord, SourceSystem, SourceValue, SurvivorshipRule
from accounts.quality.split_models import Split
from accounts.segments.models import (
    Condition,
    KeyAccount,
    Segment,
    SegmentMembership,
    StageEntry,
    StageExit,
    StageRule,
    StageTask,
)
from accounts.single_sign_on.models import Identity, MailDomain, NamedAdministrator, SignInProvider, UsedProof
from accounts.timeline.models import Activity, Delivery
from accounts.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage

__all__ = [
    "Acknowledgement", "Activity", "Address", "ApiKey", "Candidate", "ChangeRequest", "Condition", "Confirmation", "Consent",
    "Customer", "CustomerKind", "Delivery", "Erasure", "Export", "Firing", "Handover", "Identity", "KeyAccount", "MailDomain",
    "Membership", "Merge", "Move", "NamedAdministrator", "Policy", "PolicyBinding", "PolicyException", "PolicyVersion",
    "Relation", "RelationKind", "Responsibility", "RetiredFact", "RuleSetting", "Score",
    "Segment", "SegmentMembership", "SharedTicket",
    "SignInProvider", "SourceRecord", "SourceSystem", "SourceValue", "Split", "StaffProfile", "StageEntry", "StageExit",
    "StageRule", "StageTask", "StagedImport",
    "SurvivorshipRule", "UsedProof", "User", "Viewing", "WebhookAttempt", "WebhookEndpoint", "WebhookMessage",
]  # fmt: skip
