"""Hands the models of the folders below to Django; nothing else."""

from support.channels.models import Attachment, IncomingMail
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion, Deflection, Edition
from support.measures.models import IssueDefinition
from support.notices.models import NoticeChoice, NoticeHours, NoticeText, Told
from support.remedies.batches.models import Batch, BatchRow
from support.remedies.books.models import GoodwillBudget, LedgerMapping
from support.remedies.models import (
    Allowance,
    Approval,
    AuthorityGrant,
    Decline,
    DeclineReason,
    Fault,
    FeedMessage,
    FeedRow,
    Grant,
)
from support.remedies.playbooks.models import Playbook, PlaybookVersion, PracticeRun
from support.service_levels.models import AccountEscalation, LadderStep, OwnDay, ServiceCalendar, ServiceTarget, StepTaken
from support.tickets.models import Message, Ticket
from support.voice.models import Feedback, Praise, Promise, Survey, Thanks

__all__ = [
    "AccountEscalation", "Allowance", "Approval", "Article", "ArticleQuestion", "ArticleVersion", "Attachment",
    "AuthorityGrant", "Batch", "BatchRow", "Decline", "DeclineReason", "Deflection", "Edition", "Fault", "FeedMessage",
    "FeedRow", "Feedback", "GoodwillBudget", "Grant", "IncomingMail", "IssueDefinition", "LadderStep", "LedgerMapping",
    "Message", "NoticeChoice", "NoticeHours", "NoticeText",
    "OwnDay", "Playbook", "PlaybookVersion", "PracticeRun", "Praise", "Promise", "ServiceCalendar",
    "ServiceTarget", "StepTaken", "Survey", "Thanks", "Ticket", "Told",
]  # fmt: skip
