"""Asking: answers before contact, the check of one's invoices, tickets that know their matter, replies and thanks."""

from uuid import uuid4

import pytest
from django.urls import reverse

from billing.anomalies.models import Finding
from support.knowledge.models import Article, ArticleQuestion, Deflection
from support.tickets import conversation
from support.tickets.models import Message, Ticket
from support.voice import praise, wall
from support.voice.models import Praise
from tests.factories import people, support
from tests.factories.billing import invoice
from tests.portal.visiting import browser_of, hidden, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(tree):
    return browser_of(people.member(tree.germany))


@pytest.fixture
def article():
    facts = {"title": "Billed twice for the same days", "body": "We credit what was billed twice.", "updated_at": support.NOON}
    return Article.objects.create(ref="billed-twice", action=Article.Action.CHECK_INVOICES, **facts)


def ask(visitor, node, **given):
    sent = {"subject": "Billed twice", "text": "Please look.", "kind": "billing", "key": uuid4()} | given
    return visitor.post(reverse("portal:tickets", args=[node.number]), sent)


def say_solved(visitor, node, article, **given):
    sent = {"article": article.ref, "question": "billed twice", "key": uuid4()} | given
    return visitor.post(reverse("portal:deflections", args=[node.number]), sent)


def test_question_is_answered_in_place_with_the_action_that_solves_it(visitor, tree, article):
    page = visitor.get(reverse("portal:help", args=[tree.berlin.number]), {"q": "billed twice"})
    part = visitor.get(reverse("portal:help", args=[tree.berlin.number]), {"q": "billed twice"}, HTTP_HX_REQUEST="true")

    for answer in (page, part):
        assert "Billed twice for the same days" in words(answer)
        assert "Check my invoices now" in words(answer)
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()


def test_question_nobody_answers_leads_to_us_with_its_words(visitor, tree):
    page = visitor.get(reverse("portal:help", args=[tree.berlin.number]), {"q": "zebra crossing"})

    assert "No article answers this yet" in words(page)
    contact = visitor.get(reverse("portal:new_ticket", args=[tree.berlin.number]), {"subject": "zebra crossing"})
    assert 'value="zebra crossing"' in contact.content.decode()


def test_answer_that_solved_it_is_recorded_once(visitor, tree, article):
    key = uuid4()

    answers = [say_solved(visitor, tree.berlin, article, key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Deflection.objects.get().solved


def test_answer_that_solved_it_proposes_the_question_and_three_customers_attach_it(tree, article):
    for number, node in enumerate((tree.berlin, tree.us, tree.lab), start=1):
        say_solved(browser_of(people.member(node)), node, article, question="Money gone twice")
        question = article.questions.get()

        assert (question.times, question.state) == (number, "attached" if number == 3 else "proposed")


def test_answer_that_did_not_help_is_noted_and_leads_to_us_with_the_question(visitor, tree, article):
    answer = say_solved(visitor, tree.berlin, article, solved="no")

    assert answer.url == reverse("portal:new_ticket", args=[tree.berlin.number]) + "?subject=billed+twice"
    assert not Deflection.objects.get().solved
    assert not article.questions.exists()


def test_ticket_about_what_no_article_answers_stands_on_the_editors_list(visitor, tree, article):
    key = uuid4()
    for _ in range(2):
        ask(visitor, tree.berlin, subject="Where is the sauna", key=key)
    ask(visitor, tree.berlin, subject="Billed twice")

    missing = ArticleQuestion.objects.get()
    assert (missing.text, missing.times, missing.article, missing.state) == ("Where is the sauna", 1, None, "proposed")


def test_article_kept_for_others_is_neither_shown_nor_judged(visitor, tree, article):
    Article.objects.update(place=tree.us)

    page = visitor.get(reverse("portal:help", args=[tree.berlin.number]), {"q": "billed twice"})

    assert "No article answers this yet" in words(page)
    assert say_solved(visitor, tree.berlin, article).status_code == 422


def test_answer_that_is_none_is_not_recorded(visitor, tree, article):
    assert say_solved(visitor, tree.berlin, article, article_ref="x", question="").status_code == 422
    Article.objects.update(published=False)
    assert say_solved(visitor, tree.berlin, article).status_code == 422
    assert not Deflection.objects.exists()


def test_check_finds_what_was_billed_twice_and_leads_to_a_ticket_that_knows_it(visitor, tree):
    line = support.billed_twice(tree.berlin)

    found = visitor.get(visitor.post(reverse("portal:invoice_checks", args=[tree.germany.number])).url)
    contact = visitor.get(
        reverse("portal:new_ticket", args=[tree.berlin.number]), {"invoice": line.document.ref, "line": line.position}
    )
    ask(visitor, tree.berlin, invoice=hidden(contact, "invoice")[0], line=hidden(contact, "line")[0])

    assert "120.00 EUR look billed twice" in words(found)
    assert "We know what this is about" in words(contact)
    opened = Ticket.objects.get()
    assert (opened.customer, opened.document, opened.line) == (tree.berlin, line.document, line)
    assert opened.finding == Finding.objects.get()


def test_ticket_sent_twice_is_opened_once(visitor, tree):
    key = uuid4()

    answers = [ask(visitor, tree.berlin, key=key) for _ in range(2)]

    assert answers[0].url == answers[1].url
    assert Ticket.objects.count() == 1


def test_ticket_without_words_is_refused_with_what_was_typed(visitor, tree):
    answer = ask(visitor, tree.berlin, text=" ", subject="My subject")

    assert answer.status_code == 422
    assert 'value="My subject"' in answer.content.decode()
    assert not Ticket.objects.exists()


def test_foreign_invoice_is_not_found_shown_or_hidden(visitor, tree):
    foreign = invoice(tree.us, 900)

    shown = visitor.get(reverse("portal:new_ticket", args=[tree.berlin.number]), {"invoice": foreign.ref})

    assert shown.status_code == 404
    assert ask(visitor, tree.berlin, invoice=foreign.ref).status_code == 404
    assert not Ticket.objects.exists()


def test_key_of_another_persons_ticket_opens_nothing_and_shows_nothing(visitor, tree):
    theirs = support.ticket(tree.us, subject="A secret")

    answer = ask(visitor, tree.berlin, key=theirs.key)

    assert answer.status_code == 422
    assert "A secret" not in words(answer)


def test_reply_sent_twice_is_said_once_and_opens_the_ticket_again(visitor, tree):
    ticket, key = support.ticket(tree.berlin), uuid4()
    conversation.resolve(actor=people.agent(), ticket=ticket, text="Done.", outcome="answered", at=support.NOON)

    for _ in range(2):
        visitor.post(reverse("portal:replies", args=[ticket.ref]), {"text": "Not yet.", "key": key})

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.OPEN
    assert Message.objects.filter(text="Not yet.").count() == 1


def test_empty_reply_is_refused_where_it_was_written(visitor, tree):
    answer = visitor.post(reverse("portal:replies", args=[support.ticket(tree.berlin).ref]), {"text": "", "key": uuid4()})

    assert answer.status_code == 422
    assert "This field is required." in words(answer)


def test_internal_notes_are_in_no_page_of_the_portal(visitor, tree):
    ticket = support.ticket(tree.berlin)
    conversation.reply(actor=people.agent(), ticket=ticket, text="Check her terms", at=support.NOON, key=uuid4(), internal=True)

    assert "Check her terms" not in words(visitor.get(reverse("portal:ticket", args=[ticket.ref])))


def test_thanks_are_given_once(visitor, tree):
    ticket = support.ticket(tree.berlin)

    for said in ("Quick and kind.", "Again"):
        visitor.post(reverse("portal:praises", args=[ticket.ref]), {"words": said})

    assert Praise.objects.get().words == "Quick and kind."
    assert "Quick and kind." in words(visitor.get(reverse("portal:ticket", args=[ticket.ref])))


def test_praise_of_a_colleague_is_put_on_the_wall_by_nobody_else(visitor, tree):
    ticket = support.ticket(tree.berlin)
    praise.give(actor=ticket.requester, ticket=ticket, words="Kind.", at=support.NOON)

    page = visitor.post(reverse("portal:praise_sharing", args=[ticket.ref]), {"share": "yes"}, follow=True)

    assert "Only who gave it says who may read it." in page.content.decode()
    assert wall.shown(10) == []
