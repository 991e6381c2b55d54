"""Talking to us from a page: a chat with what the page showed, its messages, and the wish to be called."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from support.channels import callbacks
from support.channels.chat import chats as domain
from support.channels.chat.models import Chat
from support.channels.models import CallBack
from support.tickets.models import Ticket
from support.voice.models import Survey
from tests.factories import billing, chats, people, support
from tests.portal.visiting import browser_of, hidden, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(tree):
    return people.member(tree.germany)


@pytest.fixture
def visitor(member):
    return browser_of(member)


@pytest.fixture
def agent():
    chats.round_the_clock()
    return chats.available(at=timezone.now())


def begin(visitor, node, **given):
    sent = {"subject": "Billed twice", "text": "Please look.", "key": uuid4()} | given
    return visitor.post(reverse("portal:chats", args=[node.number]), sent)


def say(visitor, ticket, text="Hello?", **headers):
    return visitor.post(reverse("portal:chat_messages", args=[ticket.ref]), {"text": text, "key": uuid4()}, **headers)


def test_page_of_an_invoice_leads_to_a_chat_that_knows_it(visitor, tree, agent):
    invoice = billing.invoice(tree.berlin, 4200)
    page = visitor.get(reverse("portal:invoice", args=[invoice.ref]))
    address = f"{reverse('portal:chats', args=[tree.berlin.number])}?page=invoice&amp;ref={invoice.ref}"

    assert address in page.content.decode()
    form = visitor.get(address.replace("&amp;", "&"))
    assert hidden(form, "ref") == [invoice.ref]
    answer = begin(visitor, tree.berlin, page="invoice", ref=invoice.ref)

    ticket = Ticket.objects.get()
    assert answer.url == reverse("portal:chat", args=[ticket.ref])
    assert (ticket.document, ticket.channel) == (invoice, "chat")


def test_page_of_a_contract_gives_the_chat_its_subject(visitor, tree, agent):
    contract = billing.subscribed(tree.berlin).contract

    form = visitor.get(reverse("portal:chats", args=[tree.berlin.number]), {"page": "contract", "ref": contract.ref})

    assert f"About the contract {contract.ref}" in form.content.decode()


def test_chat_from_the_page_of_a_ticket_is_that_ticket(visitor, tree, agent):
    ticket = support.ticket(tree.berlin)

    begin(visitor, tree.berlin, page="ticket", ref=ticket.ref)

    assert Chat.objects.get().ticket == ticket
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("page", ["invoice", "ticket", "contract", "payment"])
@pytest.mark.parametrize("ref", ["NO-SUCH-THING", "../x"])
def test_thing_of_another_customer_is_not_found(visitor, tree, agent, page, ref):
    assert begin(visitor, tree.berlin, page=page, ref=ref).status_code == 404


def test_invoice_of_a_sister_opens_no_chat(tree, agent):
    invoice = billing.invoice(tree.us, 4200)
    visitor = browser_of(people.member(tree.berlin))

    assert begin(visitor, tree.berlin, page="invoice", ref=invoice.ref).status_code == 404


def test_chat_where_nobody_is_there_is_a_ticket_and_says_so_before(visitor, tree):
    chats.round_the_clock()
    page = visitor.get(reverse("portal:chats", args=[tree.berlin.number]))

    answer = begin(visitor, tree.berlin)

    assert "Your words become a ticket. You hear from us by" in words(page)
    assert "Send it as a ticket" in words(page)
    assert answer.url == reverse("portal:ticket", args=[Ticket.objects.get().ref])


def test_chat_is_carried_on_by_plain_forms_to_its_end_and_the_question_how_it_went(visitor, member, tree, agent):
    begin(visitor, tree.berlin)
    chat = Chat.objects.select_related("ticket__customer").get()
    waiting = visitor.get(reverse("portal:chat", args=[chat.ticket.ref]))
    domain.pick_up(actor=agent, chat=chat, at=timezone.now())
    sent = say(visitor, chat.ticket)
    going = visitor.get(reverse("portal:chat", args=[chat.ticket.ref]))
    visitor.post(reverse("portal:chat_endings", args=[chat.ticket.ref]))
    Survey.objects.create(ticket=chat.ticket, customer=chat.ticket.customer, person=member, asked_at=timezone.now())
    ended = visitor.get(reverse("portal:chat", args=[chat.ticket.ref]))

    assert "You are next." in words(waiting)
    assert sent.status_code == 302
    assert f"{agent} is here." in words(going)
    assert "Hello?" in words(going)
    assert "How did it go?" in words(ended)
    assert "Very good" in words(ended)


def test_page_that_was_away_is_told_only_what_it_has_not(visitor, tree, agent):
    begin(visitor, tree.berlin)
    ticket = Ticket.objects.get()
    first = ticket.messages.get().pk
    say(visitor, ticket, "Second")

    rest = visitor.get(reverse("portal:chat_messages", args=[ticket.ref]), {"after": first})
    nothing = visitor.get(reverse("portal:chat_messages", args=[ticket.ref]), {"after": rest["X-Last-Message"]})

    assert "Second" in words(rest)
    assert "Please look." not in words(rest)
    assert (words(nothing).strip(), nothing["X-Last-Message"]) == ("", rest["X-Last-Message"])


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1;drop", "²"])
def test_strange_place_to_go_on_from_is_the_beginning(visitor, tree, agent, after):
    begin(visitor, tree.berlin)
    ticket = Ticket.objects.get()

    assert "Please look." in words(visitor.get(reverse("portal:chat_messages", args=[ticket.ref]), {"after": after}))


def test_script_gets_a_fresh_form_and_a_refusal_with_the_words_kept(visitor, tree, agent):
    begin(visitor, tree.berlin)
    ticket = Ticket.objects.get()

    sent = say(visitor, ticket, HTTP_HX_REQUEST="true")
    refused = say(visitor, ticket, "\u00a0", HTTP_HX_REQUEST="true")

    assert (sent.status_code, refused.status_code) == (200, 422)
    assert "<html" not in sent.content.decode()


def test_markup_in_a_message_is_only_words(visitor, tree, agent):
    begin(visitor, tree.berlin, text="<script>alert(1)</script>")
    ticket = Ticket.objects.get()

    page = visitor.get(reverse("portal:chat_messages", args=[ticket.ref])).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page


def test_words_that_come_after_the_end_are_a_reply(visitor, member, tree, agent):
    begin(visitor, tree.berlin)
    chat = Chat.objects.select_related("ticket__customer").get()
    domain.end(actor=member, chat=chat, at=timezone.now())

    say(visitor, chat.ticket, "One more thing")

    assert chat.ticket.messages.filter(text="One more thing").exists()


def test_sign_of_life_and_writing_reach_the_other_side(visitor, tree, agent):
    begin(visitor, tree.berlin)
    chat = Chat.objects.select_related("ticket__customer").get()
    Chat.objects.update(seen_at=support.NOON)

    answer = visitor.post(reverse("portal:chat_signs", args=[chat.ticket.ref]), {"typing": "yes"})

    assert answer.status_code == 204
    assert Chat.objects.get().seen_at > support.NOON


@pytest.mark.parametrize(("last", "kept"), [("7", 7), ("x", 0), ("9" * 19, 0), ("", 0)])
def test_page_says_up_to_where_it_shows_the_words_also_after_the_end(visitor, tree, agent, last, kept):
    begin(visitor, tree.berlin)
    chat = Chat.objects.select_related("ticket").get()
    visitor.post(reverse("portal:chat_endings", args=[chat.ticket.ref]))

    visitor.post(reverse("portal:chat_signs", args=[chat.ticket.ref]), {"last": last})

    assert Chat.objects.get().knows_to == kept


def test_person_in_a_chat_elsewhere_keeps_their_words_and_reads_where(tree, agent):
    visitor = browser_of(people.member(tree.group))
    begin(visitor, tree.berlin)

    answer = begin(visitor, tree.us, text="Another matter.")

    assert answer.status_code == 422
    assert "You are in a chat already" in words(answer)
    assert "Another matter." in answer.content.decode()


def ask_for_a_call(visitor, node, **given):
    address = reverse("portal:callbacks", args=[node.number])
    window = callbacks.windows(node, timezone.now())[1]
    sent = {"topic": "The invoice", "phone": chats.PHONE, "key": uuid4()} | given
    return visitor.post(address, sent | {"window": f"{window.since.isoformat()}/{window.until.isoformat()}"})


def test_call_is_asked_for_seen_and_taken_back(visitor, tree, agent):
    answer = ask_for_a_call(visitor, tree.berlin)
    callback = CallBack.objects.get()
    ticket = visitor.get(answer.url)
    listed = visitor.get(reverse("portal:callbacks", args=[tree.berlin.number]))
    visitor.post(reverse("portal:callback_withdrawals", args=[callback.pk]))

    assert answer.url == reverse("portal:ticket", args=[callback.ticket.ref])
    assert "We call you" in words(ticket)
    assert chats.PHONE in words(listed)
    assert CallBack.objects.get().state == "withdrawn"


def test_call_about_a_ticket_stands_on_that_ticket_once(visitor, tree, agent):
    ticket = support.ticket(tree.berlin)

    first = ask_for_a_call(visitor, tree.berlin, page="ticket", ref=ticket.ref)
    second = ask_for_a_call(visitor, tree.berlin, page="ticket", ref=ticket.ref)

    assert (first.status_code, second.status_code) == (302, 422)
    assert "A call is wanted about this ticket already" in words(second)
    assert CallBack.objects.get().ticket == ticket


def test_number_that_is_none_is_said_at_its_field(visitor, tree, agent):
    answer = ask_for_a_call(visitor, tree.berlin, phone="call me")

    assert answer.status_code == 422
    assert "is no phone number" in words(answer)


def test_call_of_another_customer_is_not_found(visitor, tree):
    callback = chats.callback(tree.us)

    assert visitor.post(reverse("portal:callback_withdrawals", args=[callback.pk])).status_code == 404


def test_call_that_was_made_is_not_taken_back_and_the_page_says_why(visitor, member, tree):
    callback = chats.callback(tree.berlin, by=member)
    callbacks.done(actor=people.agent(), callback=callback, words="Done.", at=support.NOON)

    answer = visitor.post(reverse("portal:callback_withdrawals", args=[callback.pk]), follow=True)

    assert "is “done” already" in words(answer)
