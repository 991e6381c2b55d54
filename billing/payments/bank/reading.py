"""Reading: which format a bank's file has, and what its statements say.

Start here: `read(bytes)`. XML is camt, everything else MT940. A file that cannot be read whole is refused in one sentence,
never read in part.
"""

from typing import Final

from django.utils.translation import gettext as _

from billing.payments.bank import camt, mt940
from billing.payments.bank.statements import MOST_BYTES, Statement, UnreadableStatement

_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def read(content: bytes) -> list[Statement]:
    """Return the statements of a bank's file in their order.

    Raises:
        UnreadableStatement: it is empty, too large, damaged, cut off, or no bank statement at all.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableStatement(_("The file is larger than {most_bytes} MB.").format(most_bytes=MOST_BYTES // 1000000))
    if not content.strip():
        raise UnreadableStatement(_("The file is empty."))
    if _is_xml(content):
        return camt.read(content)
    return mt940.read(_text(content))


def _is_xml(content: bytes) -> bool:
    start = content[:200].replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<")


def _text(content: bytes) -> str:
    """Decode by mark, else as UTF-8, else as Windows-1252, which reads any bytes of a Western bank."""
    mark = next((encoding for sign, encoding in _MARKS.items() if content.startswith(sign)), "")
    if b"\x00" in content and not mark:
        raise UnreadableStatement(_("The file is no text: a bank statement is camt XML or MT940."))
    for encoding in (mark or "utf-8", "cp1252", "latin-1"):
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeError:
            continue
    raise UnreadableStatement(_("The file is no text: a bank statement is camt XML or MT940."))
