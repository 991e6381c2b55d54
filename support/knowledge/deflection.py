"""Deflection: whether an answer solved the matter before it became a ticket."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.knowledge.models import Article, Deflection

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
    """Note whether `article` answered what was asked; the same key again returns the first note.

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
            raise KeyAlreadyUsed("This answer was noted already, for something else.")
        if is_new and solved and customer:
            told = {"article": article.title}
            recording.record(customer, "support.deflected", actor=actor, at=at, about=article, facts=told)
    return noted
