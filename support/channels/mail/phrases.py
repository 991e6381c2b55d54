"""Phrases by which mail servers and answering machines are known, in the languages they speak; each is a regular expression."""

from typing import Final

# Names before the sign of an address under which mail servers write.
DAEMONS: Final = (
    r"mailer[-_.]?daemon", r"mdaemon", r"mail[-_.]?daemon", r"postmaster",
    r"mail[-_.]?delivery(?:[-_.]?(?:system|subsystem))?", r"bounces?[-+=_.]?", r"double-?bounce",
    r'\"?system administrator\"?', r"symantec_antivirus\S*", r"mmdf", r"uucp",
)  # fmt: skip

# What the subject of a bounce says.
FAILED: Final = (
    r"undeliver(?:able|ed)", r"non-?delivery",
    r"delivery\s+(?:status\s+notification|has\s+failed|failed|failure|notification|report|unsuccessful|problem)",
    r"(?:mail|message|permanent)\s+delivery\s+fail", r"returned\s+(?:mail|to\s+sender)", r"failure\s+notice",
    r"fail(?:ed|ure)\s+(?:mail|delivery)", r"mail\s+failed",
    r"(?:message|mail)\s+(?:delayed|has\s+not\s+yet\s+been\s+delivered)", r"delayed\s+mail",
    r"warning:\s+(?:message|could\s+not\s+send)", r"processing\s+error", r"automatically\s+rejected", r"nameserver\s+error",
    r"could\s+not\s+be\s+delivered", r"unzustellbar", r"nicht\s+zugestellt", r"zustellung\s+fehlgeschlagen", r"non\s+remis",
    r"échec\s+de\s+(?:la\s+)?(?:remise|distribution)", r"no\s+(?:se\s+pudo\s+)?entrega", r"mancata\s+consegna",
    r"onbestelbaar", r"não\s+entregue", r"nie\s+dostarczono", r"退信", r"无法(?:送达|投递)", r"недоставлен",
)  # fmt: skip

# What a bounce says near its top.
FAILED_INSIDE: Final = (
    r"(?:could|can)\s*not\s+(?:be\s+)?deliver", r"unable\s+to\s+(?:be\s+)?deliver", r"did\s+not\s+reach",
    r"(?:was|were|been)\s+(?:not\s+delivered|undeliverable|returned)", r"permanent\s+(?:fatal\s+)?errors?",
    r"delivery\s+(?:has\s+)?failed", r"undeliverable", r"not\s+delivered\s+to", r"user\s+unknown", r"unknown\s+user",
    r"(?:recipient|address|mailbox)\s+(?:rejected|unknown|unavailable|not\s+found|full)", r"\b5\d\d[ -]\d\.\d\.\d",
    r"\b55[0-4]\b", r"no\s+valid\s+recipients", r"host\s+unknown", r"quota\s+exceeded", r"邮件无法发送",
)  # fmt: skip

# How the subject of an answering machine begins.
AWAY: Final = (
    r"auto(?:matic)?[ -]?(?:reply|response|matic reply)", r"autoreply", r"out of (?:the )?office", r"abwesend",
    r"abwesenheit", r"automatische antwort", r"réponse automatique", r"absence du bureau", r"respuesta automática",
    r"fuera de (?:la )?oficina", r"risposta automatica", r"automatisch antwoord", r"afwezig", r"resposta automática",
    r"autosvar", r"automatyczna odpowiedź", r"автоответ", r"自动回复", r"自動返信", r"vacation", r"ooo\b",
)  # fmt: skip

# The line from which a bounce shows the mail that failed.
COPY: Final = (
    r"^[-\s]*below (?:this|the next) line is a copy", r"^[-\s]*(?:included|attached|here) is a copy of",
    r"^[-\s]*(?:the )?(?:original|unsent|returned|undelivered) message(?: (?:details|headers?|below|follows|text))?\s*[-:]",
    r"^[-\s]*(?:message )?headers? (?:of the original message )?follows?\b", r"^[-\s]*(?:session )?transcript\b.*[-:]\s*$",
    r"^return-path:",
)  # fmt: skip

# What a server says of a mail it still tries to deliver.
WAITING: Final = (
    r"(?:not|n't)\s+(?:yet\s+)?(?:been\s+)?deliver\S*\s+yet", r"not\s+yet\s+(?:been\s+)?delivered", r"delayed\s+mail",
    r"(?:message|mail|delivery)\s+(?:is\s+|has\s+been\s+|was\s+)?delayed", r"you\s+do\s+not\s+need\s+to\s+resend",
    r"will\s+(?:be\s+retried|(?:keep|continue)\s+(?:on\s+)?trying|try\s+again)", r"(?:still|currently)\s+trying\s+to\s+deliver",
    r"this\s+is\s+a\s+warning\s+(?:message\s+)?only", r"zustellung\s+verzögert",
    r"delivery\s+attempts\s+will\s+continue", r"continue\s+to\s+attempt\s+delivery",
)  # fmt: skip
