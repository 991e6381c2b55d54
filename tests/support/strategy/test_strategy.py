"""Words count once something that holds makes them true; a second person publishes; what was learned and published stays."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError, InternalError, NotSupportedError

from accounts.segments.models import Segment
from accounts.timeline.models import Activity
from support.strategy import editions, lessons, standing, writing
from support.strategy.editions import NotToBePublished
from support.strategy.lessons import NoLesson
from support.strategy.models import StrategyEdition, StrategyEntry
from support.strategy.parts import PARTS, SECTIONS
from support.strategy.writing import CannotBeSaid, Content, MayNotSteer
from tests.factories import people, policies, segments, strategy, support
from tests.factories.customers import group
from tests.factories.policies import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def part(code="segments", on=TODAY):
    return standing.of_all(on)[code]


def test_workbook_has_twelve_parts_under_three_sections_each_with_questions():
    assert [len(section.parts) for section in SECTIONS] == [4, 4, 4]
    assert len(PARTS) == 12
    assert all(part.questions for part in PARTS.values())


def test_words_alone_are_not_done():
    strategy.said(measures=[])

    assert part().percent == 0
    assert part().said.lacks == "nothing that holds makes it true"


def test_linked_policy_makes_a_part_done_from_the_day_it_holds():
    version = policies.published({"remedy.ticket_limit": "80.00 EUR"}, on=TODAY + timedelta(days=3))
    strategy.said(measures=[], policies=[version.policy])

    assert part().percent == 0
    assert part(on=TODAY + timedelta(days=3)).percent == 100


def test_segment_counts_while_it_is_active():
    segment = segments.segment()
    strategy.said(measures=[], segments=[segment])
    assert part().percent == 100

    Segment.objects.update(active=False)
    assert part().percent == 0


def test_share_of_the_parts_that_hold_is_told():
    strategy.said("segments")
    strategy.said("culture", measures=[])

    assert standing.percent_of(standing.of_all(TODAY).values()) == 8  # one of twelve


def test_what_is_said_again_replaces_what_was_said():
    strategy.said(words="One")
    strategy.said(words="Other", measures=["silence"])

    entry = StrategyEntry.objects.get()
    assert (entry.words, entry.measures) == ("Other", ["silence"])
    assert Activity.objects.filter(kind="support.strategy_said", internal=True).count() == 2


@pytest.mark.parametrize(
    ("place", "content", "reason"),
    [
        (("weather", ""), Content("Fine"), "The workbook has no such part or question."),
        (("segments", "weather"), Content("Fine"), "The workbook has no such part or question."),
        (("segments", ""), Content("  "), "Say something, in 4000 signs at most."),
        (("segments", ""), Content("x" * 4_001), "Say something, in 4000 signs at most."),
        (("segments", ""), Content("Fine", measures=["weather"]), "Nothing is measured as weather."),
    ],
)
def test_what_makes_no_sense_is_refused_and_keeps_nothing(place, content, reason):
    with pytest.raises(CannotBeSaid, match=reason):
        writing.say(actor=people.manager(), part=place[0], question=place[1], content=content, at=NOON)

    assert not StrategyEntry.objects.exists()


def test_one_of_our_own_people_keeps_a_part():
    with pytest.raises(CannotBeSaid, match="One of our own people keeps it"):
        strategy.said(owner=people.member(group()))


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account"])
def test_only_managers_write_publish_and_note(level):
    actor, version = people.staff(level), policies.published({})

    with pytest.raises(MayNotSteer):
        strategy.said(by=actor)
    with pytest.raises(MayNotSteer):
        lessons.note(actor=actor, happened="That", learned="This", version=version, at=NOON)
    strategy.complete()
    with pytest.raises(NotToBePublished, match="A manager publishes the strategy"):
        editions.publish(actor=actor, why="Now", at=NOON)


def test_unanswered_question_keeps_the_workbook_from_being_published_and_is_named():
    strategy.complete()
    StrategyEntry.objects.filter(part="promises", question="broken").delete()

    with pytest.raises(NotToBePublished, match="Part “Promises”, “What do we do when we were late\\?”: nothing is said yet"):
        editions.publish(actor=people.manager(), why="Now", at=NOON)


def test_second_person_publishes():
    author = people.manager()
    strategy.complete(by=author)

    with pytest.raises(NotToBePublished, match="a second person publishes"):
        editions.publish(actor=author, why="Now", at=NOON)
    assert editions.publish(actor=people.manager(), why="Now", at=NOON).number == 1


def test_edition_keeps_what_was_said_and_the_next_one_tells_what_changed():
    first = strategy.edition()
    strategy.said("promises", words="Within the hour.")
    second = editions.publish(actor=people.manager(), why="We are quicker now.", at=NOON)

    assert first.content["promises"]["words"] == "We call before we write."
    assert editions.changes(second, first) == [
        {"place": "promises", "before": "We call before we write.", "after": "Within the hour."}
    ]


def test_nothing_new_is_not_published_again():
    strategy.edition()

    with pytest.raises(NotToBePublished, match="Nothing is said otherwise"):
        editions.publish(actor=people.manager(), why="Again", at=NOON)
    assert StrategyEdition.objects.count() == 1


def test_lesson_names_the_version_that_changed_and_the_case():
    lesson = strategy.lesson(ticket=support.ticket())

    assert list(lessons.of_policy(lesson.version.policy)) == [lesson]
    assert not lessons.of_policy(policies.policy()).exists()


def test_draft_has_taught_nothing_yet():
    with pytest.raises(NoLesson, match="a draft has changed nothing yet"):
        strategy.lesson(version=policies.draft({}))
    with pytest.raises(NoLesson, match="Say what happened and what we learned"):
        strategy.lesson(learned=" ")


@pytest.mark.parametrize("made", [strategy.edition, strategy.lesson])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_was_published_and_learned_stays(made, change):
    row = made()
    model, facts = type(row), {"why": "Other"} if isinstance(row, StrategyEdition) else {"learned": "Other"}

    with pytest.raises((IntegrityError, InternalError, NotSupportedError)), transaction.atomic():
        found = model.objects.filter(pk=row.pk)
        found.update(**facts) if change == "update" else found._raw_delete("default")
    assert model.objects.filter(pk=row.pk).exists()
