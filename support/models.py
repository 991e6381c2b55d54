"""Hands the models of the folders below to Django; nothing else."""

from support.channels.models import Attachment, IncomingMail
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion, Deflection, Edition
from support.measures.models import IssueDefinition
from support.notices.models import Told
from support.remedies.models import Allowance, Approval, AuthorityGrant, Decline, DeclineReason, Fault, FeedRow, Grant
from support.service_levels.models import AccountEscalation, LadderStep, OwnDay, ServiceCalendar, ServiceTarget, StepTaken
from support.tickets.models import Message, Ticket
from support.voice.models import Praise, Promise, Survey

__all__ = [
    "AccountEscalation", "Allowance", "Approval", "Article", "ArticleQuestion", "ArticleVersion", "Attachment",
    "AuthorityGrant", "Decline", "DeclineReason", "Deflection", "Edition", "Fault", "FeedRow", "Grant", "IncomingMail",
    "IssueDefinition", "LadderStep", "Message", "OwnDay", "Praise", "Promise", "ServiceCalendar", "ServiceTarget", "StepTaken",
    "Survey", "Ticket", "Told",
]  # fmt: skip
