"""Hands the models of the folders below to Django; nothing else."""

from support.channels.models import Attachment, IncomingMail
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion, Deflection, Edition
from support.measures.models import IssueDefinition
from support.notices.models import Told
from support.remedies.models import Approval, AuthorityGrant, Decline, DeclineReason, FeedRow, Grant
from support.service_levels.models import AccountEscalation, LadderStep, OwnDay, ServiceCalendar, ServiceTarget, StepTaken
from support.tickets.models import Message, Ticket
from support.voice.models import Praise, Promise, Survey

__all__ = [
    "AccountEscalation", "Approval", "Article", "ArticleQuestion", "ArticleVersion", "Attachment", "AuthorityGrant",
    "Decline", "DeclineReason", "Deflection", "Edition", "FeedRow", "Grant", "IncomingMail", "IssueDefinition", "LadderStep",
    "Message", "OwnDay", "Praise", "Promise", "ServiceCalendar", "ServiceTarget", "StepTaken", "Survey", "Ticket", "Told",
]  # fmt: skip
