"""Questions: what people asked, attached to the article that answers it, so that the next one who asks alike finds it.

A file attaches questions at once; "this solved it" and tickets only propose one: an editor decides, or `ENOUGH_SAY_SO`
different customers whom the same article helped. A question no article answered is proposed without one (the list "not
found"): an editor names its article, or says that it is none of our business, and who asks like it gets no answer. What an
editor refused stays refused: attaching the same from a file changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from support.knowledge.models import Article, ArticleQuestion, Deflection

LONGEST: Final = 300
AT_ONCE: Final = 2_000
ENOUGH_SAY_SO: Final = 3


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


def propose(*, article: Article | None, text: str, source: str, at: datetime) -> ArticleQuestion | None:
    """Note that `article` answered a question, or that none did; asked again, it only counts. The search does not change."""
    asked = tidy(text)
    if not asked:
        return None
    with transaction.atomic():
        facts = {"source": source, "state": ArticleQuestion.State.PROPOSED, "asked_at": at, "times": 0}
        ArticleQuestion.objects.bulk_create([ArticleQuestion(article=article, text=asked, **facts)], ignore_conflicts=True)
        same = ArticleQuestion.objects.filter(article=article, text__iexact=asked)
        same.update(times=F("times") + 1)
        return same.get()


def attach_when_enough_say_so(question: ArticleQuestion, *, at: datetime) -> None:
    """Attach a proposed question by itself once so many different customers said that its article solved it."""
    said = Deflection.objects.filter(article=question.article, question__iexact=question.text, solved=True)
    if said.exclude(customer=None).aggregate(n=Count("customer", distinct=True))["n"] >= ENOUGH_SAY_SO:
        proposed = ArticleQuestion.objects.proposed().filter(pk=question.pk).exclude(article=None)
        proposed.update(state=ArticleQuestion.State.ATTACHED, decided_at=at)


def decide(
    *, actor: User, question: ArticleQuestion, attached: bool, at: datetime, article: Article | None = None
) -> ArticleQuestion:
    """Attach a proposed question to its article (or to `article`), or refuse it; the same decision again changes nothing.

    Raises:
        Refusal: the actor may not shape what customers read.
        NotProposed: the question was decided otherwise.
    """
    state = ArticleQuestion.State.ATTACHED if attached else ArticleQuestion.State.REFUSED
    may_edit(actor).or_refuse()
    with transaction.atomic():
        question = ArticleQuestion.objects.select_for_update().get(pk=question.pk)
        if question.state == state and article in (None, question.article):
            return question
        if question.state != ArticleQuestion.State.PROPOSED:
            raise NotProposed(_("This question was decided already."))
        if article is not None and article != question.article:
            return _given_to(article, question, actor=actor, at=at)
        question.state, question.decided_by, question.decided_at = state, actor, at
        question.save(update_fields=["state", "decided_by", "decided_at"])
    return question


def _given_to(article: Article, question: ArticleQuestion, *, actor: User, at: datetime) -> ArticleQuestion:
    """Attach a question to another article than it was proposed for; the article may hold it already."""
    facts = {"state": ArticleQuestion.State.ATTACHED, "decided_by": actor, "decided_at": at}
    same = ArticleQuestion.objects.filter(article=article, text__iexact=question.text).first()
    if same is None:
        ArticleQuestion.objects.filter(pk=question.pk).update(article=article, **facts)
        question.refresh_from_db()
        return question
    ArticleQuestion.objects.filter(pk=same.pk).update(**facts)
    question.delete()
    same.refresh_from_db()
    return same


def may_edit(actor: User) -> Decision:
    """Say whether a person may shape what customers read."""
    if access.may_anywhere(actor, access.EDIT_KNOWLEDGE):
        return ALLOWED
    return refused("not_an_editor", _("You may not change what customers read."))
