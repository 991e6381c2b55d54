"""Deflection: whether an answer solved the matter before it became a ticket.

What solved it is proposed as a question of that article (support/knowledge/questions.py); what no article answers, when it
becomes a ticket, goes to the editors' list "not found".
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.knowledge import questions, search
from support.knowledge.models import Article, ArticleQuestion, Deflection

LONGEST_QUESTION = 300


class KeyAlreadyUsed(Refusal):
    """The key belongs to the answer to another question."""

    code = "key_already_used"


def record(
    *,
    actor: User | None,
    customer: Customer | None,
    article: Article,
    question: str,
    solved: bool,
    key: UUID,
    at: datetime,
) -> Deflection:
    """Note whether `article` answered what was asked, and propose the question for it; the same key again returns the first note.

    Raises:
        Refusal: the customer is not within the actor's reach.
        KeyAlreadyUsed: the key belongs to another question or article.
    """
    asked = question.replace("\x00", "").strip()[:LONGEST_QUESTION]
    with transaction.atomic():
        if actor and customer:
            access.decide(actor, access.SEE_CUSTOMER, customer).or_refuse()
        facts = {"article": article, "asked_by": actor, "customer": customer, "question": asked, "solved": solved}
        noted, is_new = Deflection.objects.get_or_create(key=key, defaults=facts | {"answered_at": at})
        if not is_new and (noted.article_id, noted.question, noted.solved) != (article.pk, asked, solved):
            raise KeyAlreadyUsed(_("This answer was noted already, for something else."))
        if is_new and solved:
            _learn(article, asked, at)
        if is_new and solved and customer:
            told = {"article": article.title}
            recording.record(customer, "support.deflected", actor=actor, at=at, about=article, facts=told)
    return noted


def not_found(*, actor: User, question: str, at: datetime) -> ArticleQuestion | None:
    """Put a question that became a ticket on the editors' list, unless an article answers it."""
    if search.answer(question, viewer=actor, limit=1):
        return None
    return questions.propose(article=None, text=question, source=ArticleQuestion.Source.NOT_FOUND, at=at)


def _learn(article: Article, asked: str, at: datetime) -> None:
    proposed = questions.propose(article=article, text=asked, source=ArticleQuestion.Source.SOLVED, at=at)
    if proposed:
        questions.attach_when_enough_say_so(proposed, at=at)
