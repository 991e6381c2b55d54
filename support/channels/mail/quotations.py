"""Quotations: what of a mail's text its writer wrote now, without what was quoted below, between or above.

Three habits are known: an introduction ("On … wrote:") above lines that begin with ">"; a block of headers or a dividing line,
after which everything is old; and answers between the quoted lines, which are all kept. Many languages. Where no quotation is
recognised the whole text is new, so nothing is ever lost: the full text is kept beside it.
"""

import re
from collections.abc import Sequence
from typing import Final

LONGEST_INTRODUCTION: Final = 4  # lines
MOST_LINES: Final = 5_000
LONGEST_LINE: Final = 400

QUOTED: Final = re.compile(r"^[ \t]{0,3}(?:>|\|[ \t])")
SIGNATURE: Final = re.compile(r"^--[ \t\u00a0]*$")
VERBS: Final = (
    "wrote|writes|sent|said|schrieb|schreibt|geschrieben|a écrit|écrit|écrivait|escribió|escribio|ha scritto|scrisse|escreveu"
    "|schreef|skrev|kirjoitti|napisał|napisała|napisał\\(a\\)|napisal|napsal|napsala|napsal\\(a\\)|pisze|написал|написала"
    "|написал\\(а\\)|пишет|писал|yazdı|írta|a scris|έγραψε|写道|寫道|のメール|さんは書きました"
)
BEGINS: Final = "On|Am|Den|Le|El|Il|Op|Em|W dniu|Dnia|Dne|Dňa|På|Pe|La|Στις|Em|在|于|於"
INTRODUCTION: Final = re.compile(
    rf"^[-_\s>*]*(?:(?:{BEGINS})\b.{{3,{LONGEST_LINE}}}?\b(?:{VERBS})\b.{{0,200}}|.{{3,{LONGEST_LINE}}}(?:{VERBS}))\s*[:：]?[-_\s]*$",
    re.IGNORECASE,
)
# What an introduction begins with: one of those words, a day, a moment, a name with an address.
BEGINNING: Final = re.compile(rf"^[-_\s>*]*(?:(?:{BEGINS})\b|.*[\d@<])", re.IGNORECASE)
STRONG_BEGINNING: Final = re.compile(rf"^[-_\s>*]*(?:(?:{BEGINS})\b|\d)", re.IGNORECASE)
# "2014-10-17 11:28 GMT+03:00 Postmaster <post@example.com>:"
DATED: Final = re.compile(
    rf"^[-_\s>*]*\d{{1,4}}[-./]\d{{1,2}}[-./]\d{{1,4}}.{{3,{LONGEST_LINE}}}<\s*[^<>\s]+@[^<>\s]+\s*>\s*:\s*$"
)
OLD_MESSAGE: Final = (
    "original(?:e|al)?|ursprüngliche|message d'origine|mensaje original|messaggio originale|origineel|oorspronkelijk|ursprungligt"
    "|oprindelig|opprinnelig|alkuperäinen|wiadomość oryginalna|исходное|forwarded|weitergeleitete|message transféré"
    "|mensaje reenviado|messaggio inoltrato|doorgestuurd|mensagem (?:original|encaminhada)|vidarebefordrat|přeposlaná|původní"
    "|пересылаемое|转发|原始邮件|轉寄"
)
FORWARD: Final = (
    "(?:begin )?forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié|inicio del mensaje reenviado"
    "|inizio messaggio inoltrato"
)
DIVIDER: Final = re.compile(rf"^[>\s]*(?:[-_=*]{{2,}}\s*(?:{OLD_MESSAGE})\b.*[-_=*]{{2,}}|(?:{FORWARD})\s*:)\s*$", re.IGNORECASE)
NAMES_OF_HEADERS: Final = {
    "from": "from|von|de|da|van|från|fra|od|lähettäjä|от|发件人|寄件者|差出人|kimden|feladó|de la|remitente",
    "date": "date|sent|sent on|datum|gesendet|envoyé|envoyée|inviato|fecha|enviado|enviada|verzonden|skickat|sendt|data|wysłano"
    "|odesláno|lähetetty|дата|отправлено|发送时间|日期|送信日時|tarih|data",
    "to": "to|an|à|a|para|per|aan|till|til|do|komu|vastaanottaja|кому|收件人|宛先|kime|címzett|pour",
    "subject": "subject|betreff|objet|sujet|asunto|oggetto|onderwerp|ämne|emne|temat|předmět|aihe|тема|主题|主旨|件名|konu|tárgy"
    "|assunto",
    "cc": "cc|kopie|copie|copia|kopia|копия|抄送|reply-to|antwort an|répondre à",
}
HEADER: Final = re.compile(
    rf"^[>\s]*\**\s*(?:{'|'.join(names for names in NAMES_OF_HEADERS.values())})\s*\**\s*[:：]\**\s*\S*", re.IGNORECASE
)
SENDER: Final = re.compile(rf"^[>\s]*\**\s*(?:{NAMES_OF_HEADERS['from']})\s*\**\s*[:：]\**\s*.*\S+@\S+", re.IGNORECASE)


def new_text(text: str) -> str:
    """Return what was written now, without quotations and the signature after "-- "; the lines as they were."""
    lines = text.replace("\r\n", "\n").split("\n")[:MOST_LINES]
    lines = lines[: _end(lines)]
    kept = _without_quotes(lines)
    signed = next((place for place, line in enumerate(kept) if SIGNATURE.match(line)), len(kept))
    found = "\n".join(kept[:signed]).strip() if signed else "\n".join(kept).strip()
    return re.sub(r"\n{3,}", "\n\n", found)


def _end(lines: Sequence[str]) -> int:
    """Return the line from which everything is old: a dividing line, or a block of headers."""
    for place, line in enumerate(lines):
        if DIVIDER.match(line[:LONGEST_LINE]) or _begins_headers(lines, place):
            rule = place - 1
            while rule >= 0 and not lines[rule].strip(" \t_-—*"):
                rule -= 1
            return rule + 1
    return len(lines)


def _begins_headers(lines: Sequence[str], place: int) -> bool:
    if not HEADER.match(lines[place][:LONGEST_LINE]):
        return False
    if SENDER.match(lines[place][:LONGEST_LINE]):
        return True
    following = [line for line in lines[place + 1 : place + 5] if line.strip()][:3]
    return any(HEADER.match(line[:LONGEST_LINE]) for line in following) and _holds_address(lines[place : place + 8])


def _holds_address(lines: Sequence[str]) -> bool:
    return any("@" in line for line in lines)


def _without_quotes(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        length = _introduction(lines, place)
        if length and not _quotes_follow(lines, place + length):
            return kept
        if length:
            place += length
        elif QUOTED.match(lines[place]):
            place += 1
            place += _wrapped(lines, place)
        else:
            kept.append(lines[place])
            place += 1
    return kept


def _introduction(lines: Sequence[str], place: int) -> int:
    """Return how many lines from `place` introduce a quotation; 0 when none does."""
    if not BEGINNING.match(lines[place][:LONGEST_LINE]):
        return 0
    for length in range(1, LONGEST_INTRODUCTION + 1):
        part = lines[place : place + length]
        if len(part) < length or not part[-1].strip():
            return 0
        joined = " ".join(line.strip().lstrip("> ") for line in part)[: 3 * LONGEST_LINE]
        if DATED.match(joined) or INTRODUCTION.match(joined) and _is_introduction(lines, place, length, joined):
            return length if _begins_here(lines, place, length) else 0
    return 0


def _begins_here(lines: Sequence[str], place: int, length: int) -> bool:
    """Say whether the first of several lines belongs to an introduction that could as well begin on the next."""
    return length == 1 or bool(STRONG_BEGINNING.match(lines[place])) or not _introduction(lines, place + 1)


def _is_introduction(lines: Sequence[str], place: int, length: int, joined: str) -> bool:
    """Ask for more than a verb: a colon with a date or an address, dashes around it, or quoted lines below."""
    if _quotes_follow(lines, place + length):
        return True
    ends = joined.rstrip(" -_")
    marked = ends.endswith((":", "：")) or joined.endswith("--") and joined.startswith("--")
    return marked and (bool(re.search(r"\d", joined)) or "@" in joined)


def _quotes_follow(lines: Sequence[str], place: int) -> bool:
    following = next((line for line in lines[place:] if line.strip()), "")
    return bool(QUOTED.match(following))


def _wrapped(lines: Sequence[str], place: int) -> int:
    """Return 1 for a short remainder that a mail program broke off a quoted line, between two quoted lines."""
    between = 0 < place < len(lines) - 1 and QUOTED.match(lines[place + 1])
    broken = between and lines[place].strip() and len(lines[place].split()) <= 2 and len(lines[place - 1]) > 68
    return 1 if broken else 0
