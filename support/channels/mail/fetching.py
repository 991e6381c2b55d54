"""Fetching: taking in what lies unread in a mailbox (IMAP), and marking as read what was taken.

Each mail is taken before it is marked, so a worker that dies between the two finds it unread again, and the intake knows it.
A mail that makes the intake fail stays unread and is tried again; the others are taken. No more is fetched than the intake keeps.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import SplitResult, unquote

import structlog
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailMessageFlags

from support.channels.mail import taking

AT_ONCE: Final = 50
PAUSE: Final = 30.0  # seconds the mail server may be silent
FOLDER: Final = "INBOX"

log = structlog.get_logger(__name__)


def fetch(open_box: Callable[[], BaseMailBox], *, at: datetime, limit: int = AT_ONCE) -> int:
    """Take in up to `limit` unread mails of a mailbox; return how many were taken.

    Raises:
        OSError, imaplib.IMAP4.error: the mail server cannot be reached or refuses us; what was taken stays taken.
    """
    with open_box() as box:
        return sum(_taken(box, uid, at) for uid in box.uids("UNSEEN")[:limit])


def opener(address: SplitResult) -> Callable[[], BaseMailBox]:
    """Return what opens the mailbox an address such as imaps://user:password@host:993/INBOX names, always encrypted."""

    def open_box() -> BaseMailBox:
        kind, port = (MailBox, 993) if address.scheme == "imaps" else (MailBoxStartTls, 143)
        box = kind(address.hostname or "", port=address.port or port, timeout=PAUSE)
        folder = unquote(address.path.strip("/")) or FOLDER
        return box.login(unquote(address.username or ""), unquote(address.password or ""), initial_folder=folder)

    return open_box


def _taken(box: BaseMailBox, uid: str, at: datetime) -> bool:
    """Take one mail by its bytes as they lie there; whatever is wrong with it, the next one is still taken."""
    try:
        raw = _raw(box, uid)
        if raw is None:  # somebody moved it meanwhile
            return False
        taking.take(raw, at=at)
    except Exception as fault:
        log.warning("mail_not_taken", uid=uid, fault=repr(fault))
        return False
    box.flag(uid, MailMessageFlags.SEEN, True)
    return True


def _raw(box: BaseMailBox, uid: str) -> bytes | None:
    """Return the mail, or its beginning where it is larger than what is taken; reading marks nothing."""
    answer: Any = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{taking.LARGEST + 1}>)")
    parts = [part[1] for part in answer[1] if isinstance(part, tuple)]
    return bytes(parts[0]) if parts else None
