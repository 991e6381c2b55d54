"""Letters: a raw mail read into plain values, whatever is wrong with it.

Nothing a sender writes can make this fail: headers with raw bytes, unknown character sets, broken transfer encodings and
nesting without end are read as far as they can be. Text has no NUL and ends its lines with a line feed. Times are aware.
Standards: RFC 5322 (headers), RFC 2045 to 2049 (parts), RFC 2231 (names of files), RFC 2047 (words in headers).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import collapse_rfc2231_value, getaddresses
from inspect import signature
from typing import Final

from support.channels.mail import html

MOST_PARTS: Final = 500
DEEPEST: Final = 30
LONGEST_TEXT: Final = 200_000
LONGEST_HEADER: Final = 20_000
LONGEST_SUBJECT: Final = 500
LONGEST_NAME: Final = 150
SOFT_HYPHEN: Final = "\xad"
REPORTS: Final = ("message/delivery-status", "message/disposition-notification")
MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,500}>")
# Later releases of Python give up on a whole list when one address in it is odd, unless told not to.
LENIENT: Final = {"strict": False} if "strict" in signature(getaddresses).parameters else {}
# An address as it is really written: mailing programs put anything before the sign.
ADDRESS: Final = re.compile(r"[^\s<>,;:\"()\[\]\\]+@[^\s<>,;:\"()\[\]\\@]+")


@dataclass(frozen=True)
class Attachment:
    """A file that came along: its name as the sender wrote it (without folders), its claimed type and its bytes."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail in plain values. Addresses are in lower case, Message-IDs with their brackets; what is missing is empty."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    text_type: str
    attachments: tuple[Attachment, ...]
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]
    reports: tuple[str, ...]

    def header(self, name: str) -> str:
        """Return the first header of this name, decoded; empty when there is none."""
        return next((value for held, value in self.headers if held == name.lower()), "")

    def has(self, name: str) -> bool:
        """Say whether a header of this name is there, even empty."""
        return any(held == name.lower() for held, _ in self.headers)


def read(raw: bytes) -> Letter:
    """Read a raw mail. Reading never fails; of one nested deeper than can be followed the headers are read, the rest is text."""
    raw = raw.lstrip(b"\r\n")
    try:
        return _read(message_from_bytes(raw, policy=compat32))
    except RecursionError:
        return _read(BytesHeaderParser(policy=compat32).parsebytes(raw))


def _read(mail: Message) -> Letter:
    headers = tuple((name.lower(), _header(value)) for name, value in mail.items())
    parts = list(_parts(mail))
    text, text_type, body = _body(parts)
    return Letter(
        sender=next(iter(_addresses(headers, "from")), ""),
        recipients=tuple(_addresses(headers, "to", "cc", "delivered-to", "x-original-to", "envelope-to")),
        subject=_one_line(dict(reversed(headers)).get("subject", ""))[:LONGEST_SUBJECT],
        text=text,
        text_type=text_type,
        attachments=tuple(_attachments(parts, body)),
        message_id=next(iter(_ids(headers, "message-id")), ""),
        in_reply_to=tuple(_ids(headers, "in-reply-to")),
        references=tuple(_ids(headers, "references")),
        headers=headers,
        parts=tuple(part.get_content_type() for part in parts),
        reports=tuple(_reports(mail, parts)),
    )


def clean(text: str) -> str:
    """Return text as it may be kept: no NUL, no lone surrogates, lines ended by a line feed, no more than is read."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")[:LONGEST_TEXT]


def _parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    """Yield the leaves of a mail in their order; a mail within the mail is a leaf of its own."""
    waiting: list[tuple[Message, int]] = [(mail, depth)]
    found = 0
    while waiting and found < MOST_PARTS:
        part, level = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart() and level < DEEPEST:
            waiting[:0] = [(child, level + 1) for child in _children(part)]
        else:
            found += 1
            yield part


def _body(parts: list[Message]) -> tuple[str, str, Message | None]:
    """Return the first plain text that is no attachment, else the first HTML made text, with its part."""
    for wanted in ("text/plain", "text/html"):
        candidates = (part for part in parts if part.get_content_type() == wanted and not _is_attached(part))
        readable = ((_readable(part), wanted, part) for part in candidates)
        if found := next((one for one in readable if one[0].strip()), None):
            return found
    if inside := _inside(parts):
        return _body(inside)
    if len(parts) == 1 and not _is_attached(parts[0]) and parts[0].get_content_maintype() in ("text", "multipart"):
        return clean(_text(parts[0])), parts[0].get_content_type(), parts[0]
    return "", "", None


def _readable(part: Message) -> str:
    text = _text(part)
    return clean(html.as_text(text) if part.get_content_type() == "text/html" else text)


def _inside(parts: list[Message]) -> list[Message]:
    """Return the leaves of the mails within these parts, one level further in."""
    leaves = [leaf for part in parts for child in _children(part) for leaf in _parts(child)]
    return [leaf for leaf in leaves if leaf.get_content_maintype() != "message"][:MOST_PARTS]


def _children(part: Message) -> list[Message]:
    return [child for child in part.get_payload() if isinstance(child, Message)] if part.is_multipart() else []


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_name(part)) and part.get_content_disposition() != "inline"


def _attachments(parts: list[Message], body: Message | None) -> Iterator[Attachment]:
    for part in parts:
        name = _name(part)
        report = part.get_content_type() in REPORTS
        if part is not body and not report and (name or part.get_content_disposition() == "attachment"):
            yield Attachment(name or "attachment", part.get_content_type(), _bytes(part))


def _name(part: Message) -> str:
    """Return the name of a file without folders and signs that end a line; empty when it has none."""
    given = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
    if not given:
        return ""
    try:
        name = _header(collapse_rfc2231_value(given))
    except (LookupError, ValueError, TypeError):
        name = str(given)
    return _one_line(name.replace("\\", "/").rpartition("/")[2])[:LONGEST_NAME]


def _bytes(part: Message) -> bytes:
    if part.is_multipart():  # a mail within the mail
        return b"\n".join(_flat(child) for child in _children(part))
    try:
        decoded = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        return b""
    return decoded if isinstance(decoded, bytes) else b""


def _flat(mail: Message) -> bytes:
    try:
        return mail.as_bytes()
    except (ValueError, LookupError, TypeError, RecursionError, AttributeError, MessageError):
        return b""


def _text(part: Message) -> str:
    content = _bytes(part)
    charset = str(part.get_param("charset", "") or "") if part.get_content_maintype() == "text" else ""
    return _decoded(content, charset)


def _decoded(content: bytes, charset: str) -> str:
    """Decode bytes by the character set they claim, else as UTF-8, else as the Latin alphabet, which takes everything."""
    for name in (charset.strip("\"' "), "utf-8"):
        try:
            return content.decode(name) if name else content.decode("ascii")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _header(value: object) -> str:
    """Decode the encoded words of a header; raw bytes count as UTF-8, else as the Latin alphabet."""
    text = _unescaped(str(value))[:LONGEST_HEADER]
    try:
        words = decode_header(re.sub(r"\r?\n(?=[ \t])", "", text))
        return "".join(_unescaped(word) if isinstance(word, str) else _decoded(word, charset or "") for word, charset in words)
    except (HeaderParseError, ValueError, LookupError, TypeError):
        return text


def _unescaped(text: str) -> str:
    """Read again, as what they are, bytes that stand in a header as surrogates."""
    if text.isascii():
        return text
    return _decoded(text.encode("utf-8", "surrogateescape"), "")


def _addresses(headers: tuple[tuple[str, str], ...], *names: str) -> Iterator[str]:
    """Yield the addresses in these headers in lower case, in their order."""
    values = [_one_line(value) for name, value in headers if name in names and value]
    for name, address in _parsed_addresses(values):
        found = address.strip() or name.strip()
        if "@" not in found and (told := ADDRESS.search(f"{name} {address}")):
            found = told[0]
        if found:
            yield clean(found).lower()


def _parsed_addresses(values: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses(values, **LENIENT)
    except (IndexError, ValueError, TypeError, RecursionError):
        return [("", found) for value in values for found in ADDRESS.findall(value)]


def _ids(headers: tuple[tuple[str, str], ...], name: str) -> Iterator[str]:
    for held, value in headers:
        if held == name:
            yield from MESSAGE_ID.findall(value)


def _reports(mail: Message, parts: list[Message]) -> Iterator[str]:
    """Yield the machine-readable notes of a delivery report (RFC 3464), flattened to text."""
    for part in parts:
        if part.get_content_type() in REPORTS:
            yield clean(_decoded(_bytes(part), ""))


def _one_line(text: str) -> str:
    """Return text on one line; of the signs that print nothing only those of the Latin alphabet's upper half stay."""
    kept = (char if char.isprintable() or char == SOFT_HYPHEN or "\x80" <= char < "\xa0" else " " for char in clean(text))
    return " ".join("".join(kept).split())
