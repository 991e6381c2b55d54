"""Outgoing mail as files: one `.eml` a message, so that a demo shows what people would have received."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


class MailFolder(BaseEmailBackend):
    """Writes each message into `settings.MAIL_FOLDER`; names sort by the time of writing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            _write(folder, message.message().as_bytes())
        return len(email_messages)


def _write(folder: Path, content: bytes) -> None:
    """Write under a passing name first, so that a reader of the folder never meets half a message."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid4().hex[:8]}"
    passing = folder / f"{name}.part"
    passing.write_bytes(content)
    passing.rename(folder / f"{name}.eml")
