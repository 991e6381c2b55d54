"""Hands the models of the folders below to Django; nothing else."""

from accounts.customers.models import Customer, CustomerKind, Move, Responsibility
from accounts.people.models import ApiKey, Membership, StaffProfile, User
from accounts.quality.models import Candidate, ChangeRequest, Confirmation, Merge, Score, StagedImport
from accounts.timeline.models import Activity, Delivery

__all__ = [
    "Activity", "ApiKey", "Candidate", "ChangeRequest", "Confirmation", "Customer", "CustomerKind", "Delivery",
    "Membership", "Merge", "Move", "Responsibility", "Score", "StaffProfile", "StagedImport", "User",
]  # fmt: skip
