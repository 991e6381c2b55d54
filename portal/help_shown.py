"""Answers as the portal shows them: the article, the action that solves the matter, and the form that says it helped."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from accounts.people.models import User
from portal.forms.tickets import DeflectionForm
from support.knowledge.models import Article
from support.knowledge.search import Answer


@dataclass(frozen=True)
class Action:
    """Where an article's action leads: an address of the portal, opened or (when it changes something) sent to.

    Talking to us is none of them: every answer offers it, with the question as the subject.
    """

    page: str
    icon: str
    changes: bool = False


ACTIONS: Final = {
    Article.Action.CHECK_INVOICES.value: Action("portal:invoice_checks", "search", changes=True),
    Article.Action.PAY_INVOICES.value: Action("portal:invoices", "payment"),
    Article.Action.CHANGE_SEATS.value: Action("portal:contracts", "contract"),
}


@dataclass(frozen=True)
class AnswerShown:
    """One answer to a question."""

    answer: Answer
    action: Action | None
    form: DeflectionForm


def answers(found: Iterable[Answer], question: str, viewer: User) -> list[AnswerShown]:
    """Return the answers to `question` in the order found."""
    return [_shown(answer, question, viewer) for answer in found]


def _shown(answer: Answer, question: str, viewer: User) -> AnswerShown:
    form = DeflectionForm(initial={"article": answer.article.ref, "question": question}, auto_id=False, viewer=viewer)
    return AnswerShown(answer, ACTIONS.get(answer.article.action), form)
