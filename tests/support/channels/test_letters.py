"""Reading mail: what real programs and servers send is read as meant, and nothing anybody sends makes reading fail."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import email
from support.channels.mail import automatic, html, letters, quotations

DATA = Path(__file__).parents[4] / "shared" / "data" / "email"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared data does not lie beside the checkout")


@needs_data
@pytest.mark.parametrize("what", ["sender", "subject", "text", "attachments", "message_id", "in_reply_to", "automatic", "bounce"])
def test_real_mail_is_read_as_expected_for_99_of_100(what):
    shares = email.compared(DATA)

    assert shares[what].right >= 0.99 * shares[what].asked, shares[what].wrong


@needs_data
def test_new_text_of_real_replies_is_told_from_quotations():
    replies = [json.loads(line) for line in (DATA / "quoted_replies.jsonl").read_text().splitlines()]
    wrong = [reply["name"] for reply in replies if quotations.new_text(reply["text"]).split() != email.wanted(reply).split()]

    # These three keep the line that introduces a quotation, which the others of the same form leave out.
    assert wrong == ["quote2", "quote3", "quote5"]


@settings(max_examples=300)
@given(raw=st.binary(max_size=2_000))
def test_reading_never_fails_whatever_comes(raw):
    letter = letters.read(raw)

    automatic.verdict(letter)
    quotations.new_text(letter.text)
    assert "\x00" not in letter.text + letter.subject + letter.sender


PIECES = st.sampled_from(
    [b"From: a@b.example\r\n", b"From: =?utf-8?B?//?=\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
     b"\r\n",
     b"Content-Type: text/plain; charset=\xff\r\n", b"Content-Transfer-Encoding: base64\r\n\r\n!!!!", b"Subject: =?x?q?=FF?=\r\n",
     b"Content-Disposition: attachment; filename*=utf-9''%FF%00../../x\r\n", b"Content-Type: message/rfc822\r\n\r\n",
     b"--x--\r\n",
     b"(" * 300, b'"', b"<", b"On 1 Jan 2026 a wrote:\r\n", b"> > >\r\n", b"\x00\xff\xfe",
     b"Content-Type: text/html\r\n\r\n<div><blockquote>"]
)  # fmt: skip


@settings(max_examples=300)
@given(pieces=st.lists(PIECES, max_size=40))
def test_hostile_pieces_in_any_order_are_read(pieces):
    letter = letters.read(b"".join(pieces))

    automatic.verdict(letter)
    quotations.new_text(letter.text)
    assert all("/" not in attachment.name and "\x00" not in attachment.name for attachment in letter.attachments)


def test_parts_without_end_are_read_as_far_as_they_can_be():
    letter = letters.read(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 5_000)

    assert len(letter.parts) <= letters.MOST_PARTS


@pytest.mark.parametrize(
    "header", [b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n", b"Content-Type: message/rfc822\n\n"]
)
def test_mail_nested_deeper_than_can_be_followed_keeps_its_headers(header):
    nested = b"".join(header.replace(b"%d", b"%d" % depth) for depth in range(5_000))

    letter = letters.read(b"From: a@b.example\nSubject: Deep\n" + nested + b"hi")

    assert (letter.sender, letter.subject) == ("a@b.example", "Deep")
    assert automatic.verdict(letter) is None


@pytest.mark.parametrize("opened", ["<!--", "<!", "<?", "<![CDATA[", "<a "])
def test_html_that_never_ends_what_it_opens_is_read_quickly(opened):
    started = time.process_time()

    html.as_text(opened * 50_000 + "Hello")

    assert time.process_time() - started < 2


def test_html_comments_and_declarations_are_left_out_and_words_kept():
    text = html.as_text("<!DOCTYPE html><p>One<!-- x > y --><!--[if mso]>no<![endif]--> day<br>1 < 2<!-- kept")

    assert text == "One day\n1 < 2 kept"


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        ("We could not deliver to:\n<gone@b.example>: user unknown", ("gone@b.example",)),
        ("Undeliverable\n  To: list@b.example\ndid not reach: dda:SMTP=gone@b.example;", ("gone@b.example",)),
        (
            "To gone@b.example\n\n--- Below this line is a copy of the message.\n<other@b.example>",
            ("gone@b.example",),
        ),
        ("Undelivered, 550 gone@b.example...User unknown\n* From: us@accord.example", ("gone@b.example",)),
        ("Undelivered mail of help@accord.example\nto gone@b.example", ("gone@b.example",)),
        ("Your mail to slow@b.example has not yet been delivered.\nDelivery attempts will continue.", ()),
    ],
)
def test_bounce_in_words_names_only_the_address_that_failed(said, failed):
    raw = f"From: MAILER-DAEMON@mx.example\nTo: help@accord.example\nSubject: Undelivered\n\n{said}".encode()

    assert automatic.verdict(letters.read(raw)).failed == failed


@needs_data
def test_failed_addresses_of_real_bounces_are_told():
    share = email.compared(DATA)["failed"]

    # One server names the recipient without a domain, among hints with addresses.
    assert share.wrong == ["flufl-yale_01.eml"]


@pytest.mark.parametrize(("action", "failed"), [("failed", ("gone@b.example",)), ("delayed", ()), ("delivered", ())])
def test_report_of_a_mail_that_is_late_or_arrived_names_nobody(action, failed):
    raw = (
        "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=x\n\n--x\n\nTo gone@b.example\n--x\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nOriginal-Recipient: rfc822; gone@b.example\n"
        f"Final-Recipient: rfc822; gone@inner.example\nAction: {action}\n--x--"
    ).encode()

    assert automatic.verdict(letters.read(raw)).failed == failed


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Danke!\n\nAm 12.03.2026 um 10:00 schrieb Accord <help@accord.example>:\n> Hallo\n> Welt", "Danke!"),
        ("Merci.\n\nLe jeu. 12 mars 2026 à 10:00, Accord <help@accord.example> a écrit :\n\n> Bonjour", "Merci."),
        ("Gracias\n\nEl 12/03/2026 a las 10:00, Accord escribió:\n> Hola", "Gracias"),
        ("Ok.\n\nVon: Accord <help@accord.example>\nGesendet: Montag, 2. März 2026 10:00\nAn: Ich\nBetreff: T-1\n\nText", "Ok."),
        ("Yes.\n______________________\nFrom: Accord <help@accord.example>\nSent: Monday\nTo: Me\nSubject: T-1\n\nold", "Yes."),
        ("On 2 Mar 2026, Accord <a@b.example> wrote:\n> Which one?\nThe second.\n> And when?\nToday.", "The second.\nToday."),
        ("On Monday we wrote: nothing was billed.\nStill wrong.", "On Monday we wrote: nothing was billed.\nStill wrong."),
        ("From: the first of May on, please.\nThanks", "From: the first of May on, please.\nThanks"),
        ("Done\n-- \nJ. Doe\nBerlin", "Done"),
    ],
)  # fmt: skip
def test_new_text_is_what_its_writer_wrote_now(text, new):
    assert quotations.new_text(text) == new


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", "auto_reply"),
        ("Auto-Submitted: no", None),
        ("X-Autoreply: yes", "auto_reply"),
        ("Precedence: bulk", "list"),
        ("List-Id: <x.example>", "list"),
        ("X-Spam-Flag: YES", "spam"),
        ("X-Failed-Recipients: gone@b.example", "bounce"),
        ("X-Accord-Loop: 1", "loop"),
        ("X-Mailer: a person's", None),
    ],
)
def test_header_says_what_no_person_wrote(header, kind):
    letter = letters.read(f"From: a@b.example\nSubject: Hello\n{header}\n\nText".encode())

    verdict = automatic.verdict(letter)

    assert (verdict.kind if verdict else None) == kind


def test_report_of_a_bounce_names_the_address_that_failed():
    raw = (
        b"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; boundary=x\n\n--x\n\nSorry\n--x\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        b"Final-Recipient: rfc822; Gone@b.example\nAction: failed\n--x--"
    )

    assert automatic.verdict(letters.read(raw)).failed == ("gone@b.example",)
