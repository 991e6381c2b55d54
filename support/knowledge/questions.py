"""Questions: what people asked, attached to the article that answers it, so that the next one who asks alike finds it.

An editor or a file attaches a question at once; "this solved it" and tickets only propose one, and an editor decides. A
question attached to no article is one that none answers by nature: who asks like it gets no answer. What an editor refused
stays refused: attaching the same from a file changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from support.knowledge.models import Article, ArticleQuestion

LONGEST: Final = 300
AT_ONCE: Final = 2_000


@dataclass(frozen=True)
class Phrase:
    """What somebody may ask, and the ref of the article that answers it; no ref: nothing we could answer."""

    text: str
    ref: str = ""


class BadQuestions(Refusal):
    """Some rows are no questions; nothing was attached. `faults` holds one line per fault."""

    code = "bad_questions"

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class NotProposed(Refusal):
    """The question does not wait for a decision."""

    code = "not_proposed"


def tidy(text: str) -> str:
    """Return a question as it is kept: one line, without what no text may hold, at most 300 characters."""
    return " ".join(text.replace("\x00", " ").encode("utf-8", "ignore").decode().split())[:LONGEST].strip()


def phrases_of(rows: Iterable[Mapping[str, Any]]) -> list[Phrase]:
    """Read rows of `{"text", "article"}` or `{"query", "gold": [refs]}`; the first of `gold` counts, none means nobody's.

    Raises:
        BadQuestions: a row holds no text, or names its article by something that is no text.
    """
    found, faults = [], []
    for number, row in enumerate(rows, start=1):
        text, gold = row.get("text", row.get("query")), row.get("gold", [row["article"]] if row.get("article") else [])
        if not isinstance(text, str) or not tidy(text):
            faults.append(f"row {number}: text is missing")
        elif not isinstance(gold, list) or not all(isinstance(ref, str) for ref in gold):
            faults.append(f"row {number}: the article is not text")
        else:
            found.append(Phrase(text, gold[0] if gold else ""))
    if faults:
        raise BadQuestions(faults)
    return found


def attach(phrases: Iterable[Phrase], *, source: str, at: datetime) -> int:
    """Attach questions to the articles they name; those already there stay as they are. Returns how many are new.

    Raises:
        BadQuestions: an article that a question names does not exist; nothing was attached.
    """
    wanted = list(phrases)
    known = dict(Article.objects.filter(ref__in={phrase.ref for phrase in wanted}).values_list("ref", "pk"))
    if unknown := sorted({phrase.ref for phrase in wanted if phrase.ref} - set(known)):
        raise BadQuestions([f"there is no article {ref}" for ref in unknown])
    rows = [
        ArticleQuestion(article_id=known.get(phrase.ref), text=tidy(phrase.text), source=source, asked_at=at) for phrase in wanted
    ]
    with transaction.atomic():
        before = ArticleQuestion.objects.count()
        ArticleQuestion.objects.bulk_create([row for row in rows if row.text], ignore_conflicts=True, batch_size=AT_ONCE)
        return ArticleQuestion.objects.count() - before


def propose(*, article: Article, text: str, source: str, at: datetime) -> ArticleQuestion | None:
    """Note that `article` answered a question; asked again, it only counts. The search waits until an editor agrees."""
    asked = tidy(text)
    if not asked:
        return None
    with transaction.atomic():
        new = ArticleQuestion(
            article=article, text=asked, source=source, state=ArticleQuestion.State.PROPOSED, asked_at=at, times=0
        )
        ArticleQuestion.objects.bulk_create([new], ignore_conflicts=True)
        same = ArticleQuestion.objects.filter(article=article, text__iexact=asked)
        same.update(times=F("times") + 1)
        return same.get()


def decide(*, actor: User, question: ArticleQuestion, attached: bool, at: datetime) -> ArticleQuestion:
    """Attach a proposed question, or refuse it; the same decision again changes nothing.

    Raises:
        Refusal: the actor may not shape what customers read.
        NotProposed: the question was decided otherwise.
    """
    state = ArticleQuestion.State.ATTACHED if attached else ArticleQuestion.State.REFUSED
    may_edit(actor).or_refuse()
    with transaction.atomic():
        question = ArticleQuestion.objects.select_for_update().get(pk=question.pk)
        if question.state == state:
            return question
        if question.state != ArticleQuestion.State.PROPOSED:
            raise NotProposed("This question was decided already.")
        question.state, question.decided_by, question.decided_at = state, actor, at
        question.save(update_fields=["state", "decided_by", "decided_at"])
    return question


def may_edit(actor: User) -> Decision:
    """Say whether a person may shape what customers read."""
    if access.may_anywhere(actor, access.EDIT_KNOWLEDGE):
        return ALLOWED
    return refused("not_an_editor", "You may not change what customers read.")
