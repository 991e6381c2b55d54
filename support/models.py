"""Hands the models of the folders below to Django; nothing else."""

from support.knowledge.models import Article, Deflection
from support.notices.models import Told
from support.remedies.models import Approval, AuthorityGrant, FeedRow, Grant
from support.tickets.models import Message, Ticket
from support.voice.models import Praise

__all__ = ["Approval", "Article", "AuthorityGrant", "Deflection", "FeedRow", "Grant", "Message", "Praise", "Ticket", "Told"]
