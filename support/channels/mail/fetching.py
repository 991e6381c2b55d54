"""Fetching: taking in what lies unread in a mailbox (IMAP), and marking as read what was taken.

Each mail is taken before it is marked, so a worker that dies between the two finds it unread again, and the intake knows it.
A mail that makes the intake fail stays unread and is tried again, and the others are taken; the third time its bytes are kept as
refused and it is marked, so that however many there are, newer mail is fetched. No more is fetched than the intake keeps.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import SplitResult, unquote

import structlog
from django.core.cache import cache
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailMessageFlags

from support.channels.mail import taking

AT_ONCE: Final = 50
PAUSE: Final = 30.0  # seconds the mail server may be silent
FOLDER: Final = "INBOX"
MOST_FAULTS: Final = 3
FAULTS_COUNT_FOR: Final = 24 * 60 * 60  # seconds

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
        _take_or_refuse(raw, at)
    except Exception as fault:
        log.warning("mail_not_taken", uid=uid, fault=repr(fault))
        return False
    box.flag(uid, MailMessageFlags.SEEN, True)
    return True


def _take_or_refuse(raw: bytes, at: datetime) -> None:
    """Take a mail in; one that failed often enough is kept as refused, as it came."""
    try:
        taking.take(raw, at=at)
    except Exception as fault:
        if _faults_of(raw) < MOST_FAULTS:
            raise
        log.exception("mail_given_up")
        taking.refuse(raw, fault=fault, at=at)


def _faults_of(raw: bytes) -> int:
    """Count one more fault of a mail; return how many there were lately."""
    name = f"mail-fault-{hashlib.sha256(raw).hexdigest()}"
    cache.add(name, 0, timeout=FAULTS_COUNT_FOR)
    return cache.incr(name)


def _raw(box: BaseMailBox, uid: str) -> bytes | None:
    """Return the mail, or its beginning where it is larger than what is taken; reading marks nothing."""
    answer: Any = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{taking.LARGEST + 1}>)")
    parts = [part[1] for part in answer[1] if isinstance(part, tuple)]
    return bytes(parts[0]) if parts else None
