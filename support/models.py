"""Hands the models of the folders below to Django; nothing else."""

from support.channels.chat.models import Chat, Presence
from support.channels.models import Attachment, CallBack, IncomingMail
from support.desk.bulk_models import Bulk, BulkRow
from support.desk.macro_models import (
    Macro,
    MacroFile,
    MacroUse,
    MacroVersion,
    Outgoing,
    OutgoingFile,
    SavedView,
    TicketDraft,
    TicketPresence,
)
from support.desk.models import Problem, TicketMerge
from support.desk.topic_models import TicketTopic, Topic, TopicAlarm
from support.knowledge.models import Article, ArticleQuestion, ArticleVersion, Deflection, Edition
from support.measures.models import IssueDefinition
from support.notices.models import NoticeChoice, NoticeHours, NoticeText, Told
from support.offers.models import Lead, Offer, OfferAnswer, Recommendation
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
    Substitute,
)
from support.remedies.playbooks.models import Playbook, PlaybookVersion, PracticeRun
from support.service_levels.models import AccountEscalation, LadderStep, OwnDay, ServiceCalendar, ServiceTarget, StepTaken
from support.strategy.models import Lesson, StrategyEdition, StrategyEntry
from support.tickets.field_models import TicketField
from support.tickets.models import Message, Ticket
from support.tickets.skill_models import SkillHeld, SkillNeed
from support.tickets.tag_models import Tag
from support.voice.models import Feedback, Praise, Promise, Survey, Thanks

__all__ = [
    "AccountEscalation", "Allowance", "Approval", "Article", "ArticleQuestion", "ArticleVersion", "Attachment",
    "AuthorityGrant", "Batch", "BatchRow", "Bulk", "BulkRow", "CallBack", "Chat", "Decline", "DeclineReason", "Deflection",
    "Edition", "Fault", "FeedMessage", "FeedRow", "Feedback", "GoodwillBudget", "Grant", "IncomingMail", "IssueDefinition",
    "LadderStep", "Lead", "LedgerMapping", "Lesson", "Macro", "MacroFile", "MacroUse", "MacroVersion", "Message",
    "NoticeChoice", "NoticeHours", "NoticeText", "Offer", "OfferAnswer", "Outgoing", "OutgoingFile", "OwnDay", "Playbook",
    "PlaybookVersion", "PracticeRun", "Praise", "Presence", "Problem", "Promise", "Recommendation", "SavedView",
    "ServiceCalendar", "ServiceTarget", "SkillHeld", "SkillNeed", "StepTaken", "StrategyEdition", "StrategyEntry", "Substitute",
    "Survey", "Tag", "Thanks", "Ticket", "TicketDraft", "TicketField", "TicketMerge", "TicketPresence",
    "TicketTopic", "Told", "Topic", "TopicAlarm",
]  # fmt: skip
