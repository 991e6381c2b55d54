"""Records: a row of a file, or a customer, reduced to what can be compared. Pure.

Columns are known by many names (`zip`, `postcode`, `postal_code`…); what a row does not have stays empty and speaks neither
for nor against. Everything is brought to one spelling once, before pairs are compared.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from accounts.quality.matching import addresses
from accounts.quality.matching.words import core, plain

PERSONS, SITES, ORGANISATIONS = "persons", "sites", "organisations"

# What a column is called -> what we take from it. The first filled one of several is taken; names are all taken.
NAMES: Final = (
    "name",
    "legal_name",
    "site_name",
    "organisation",
    "organization",
    "company",
    "company_name",
    "business_name",
    "title",
    "label",
)
OTHER_NAMES: Final = ("aliases", "alias", "acronyms", "former_names", "other_names", "labels", "aka", "trading_name")
GIVEN: Final = ("given_name", "first_name", "firstname", "forename", "fname", "fname_c1", "givenname")
SURNAMES: Final = ("surname", "last_name", "lastname", "family_name", "lname", "lname_c1", "familyname")
BORN: Final = ("birth_date", "date_of_birth", "birthdate", "dob", "born")
NUMBERS: Final = ("street_number", "house_number", "streetnumber", "number_in_street")
STREETS: Final = ("street", "address", "address_1", "address1", "addr", "street_address", "streetname")
FURTHER: Final = ("address_2", "address2", "address_line_2")
POSTCODES: Final = ("postcode", "zip", "postal_code", "zipcode", "zip_code", "plz")
CITIES: Final = ("city", "suburb", "town", "locality", "place")
STATES: Final = ("state", "region", "county", "province")
COUNTRIES: Final = ("country", "country_code")
PHONES: Final = ("phone", "telephone", "phone_number", "tel", "mobile")
EMAILS: Final = ("email", "e_mail", "mail")
WEBSITES: Final = ("website", "url", "homepage", "web", "domain", "links")
TAX_IDS: Final = ("tax_id", "lei", "vat", "vat_number", "registration", "registration_number", "soc_sec_id")
FOUNDED: Final = ("established", "founded", "year")

# Columns of companies: rows that have them are compared as such, even when they have an address.
OF_A_COMPANY: Final = frozenset({"legal_name", "aliases", "tax_id", "lei", "vat", "vat_number", "registration", "country"})

LIST: Final = re.compile(r"[|;\n]")
IN_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
HOST: Final = re.compile(r"^(?:[a-z]+://)?(?:[^/@\s]*@)?([^/:?#\s]+)", re.IGNORECASE)
# Where a name under a public ending begins: example.co.uk belongs to its owner at the third part.
SECOND_LEVEL: Final = frozenset(
    [
        "ac",
        "co",
        "com",
        "edu",
        "gob",
        "gouv",
        "gov",
        "gv",
        "go",
        "in",
        "mil",
        "ne",
        "net",
        "nhs",
        "or",
        "org",
        "res",
        "sch",
        "ed",
        "asso",
        "lg",
        "govt",
        "cri",
    ]
)
SERVES_MANY: Final = frozenset(
    [
        "facebook.com",
        "google.com",
        "linkedin.com",
        "twitter.com",
        "wixsite.com",
        "wordpress.com",
        "blogspot.com",
        "weebly.com",
        "github.io",
        "instagram.com",
        "wikipedia.org",
        "gmail.com",
        "gmx.de",
        "web.de",
        "outlook.com",
        "hotmail.com",
        "yahoo.com",
        "t-online.de",
        "icloud.com",
    ]
)
CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
DIGITS: Final = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Record:
    """What can be compared of one record. `names` are plain, the first the one it goes by; `words` are its core words."""

    id: str
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    acronyms: frozenset[str] = frozenset()
    given: str = ""
    surname: str = ""
    address: str = ""
    house: str = ""
    street: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    hosts: tuple[str, ...] = ()
    site: str = ""
    tax_ids: frozenset[str] = frozenset()
    born: str = ""
    founded: str = ""
    kinds: frozenset[str] = frozenset()


def kinds_of(columns: Iterable[str]) -> tuple[str, ...]:
    """Return as what rows with these columns can be compared: persons, sites (they have a street address), organisations."""
    known = {_column(column) for column in columns}
    if known & {*SURNAMES, *BORN}:
        return (PERSONS,)
    if not known & {*STREETS, *PHONES}:
        return (ORGANISATIONS,)
    return (SITES, ORGANISATIONS) if known & OF_A_COMPANY else (SITES,)


def of_row(row: Mapping[str, str], *, id: str) -> Record:
    """Return the record of one row, whatever its columns are called among the names above."""
    said = {_column(name): (value or "").strip() for name, value in row.items() if name}
    written = [said[name] for name in NAMES if said.get(name)]
    others = [part for name in OTHER_NAMES for part in LIST.split(said.get(name, ""))]
    names = _names([*written, *others])
    address = addresses.parse(_first(said, NUMBERS), _first(said, STREETS))
    hosts = _hosts(_first(said, WEBSITES))
    given, surname = _person(said, names)
    return Record(
        id=id,
        names=names,
        words=core(plain(written[0] if written else others[0])) if names else (),
        acronyms=frozenset(_acronyms([*written, *others])),
        given=given,
        surname=surname,
        address=plain(f"{_first(said, STREETS)} {_first(said, FURTHER)}"),
        house=address.house,
        street=address.street,
        postcode=plain(_first(said, POSTCODES)).replace(" ", ""),
        city=plain(_first(said, CITIES)),
        state=plain(_first(said, STATES)),
        country=_first(said, COUNTRIES).upper(),
        phone=_phone(_first(said, PHONES)),
        email=_first(said, EMAILS).casefold(),
        hosts=hosts,
        site=hosts[-1] if hosts else "",
        tax_ids=frozenset(filter(None, (_number(said.get(name, "")) for name in TAX_IDS))),
        born=DIGITS.sub("", _first(said, BORN)),
        founded=_first(said, FOUNDED)[:4],
        kinds=frozenset(filter(None, plain(said.get("type", "")).split())),
    )


def _person(said: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """Given name and surname; of a name written in one, the last word is the surname."""
    given, surname = plain(_first(said, GIVEN)), plain(_first(said, SURNAMES))
    if not given and not surname and names:
        given, _, surname = names[0].rpartition(" ")
    return given, surname


def _column(name: str) -> str:
    return CAMEL.sub("_", name.strip()).casefold().replace(" ", "_").replace("-", "_")


def _first(said: Mapping[str, str], columns: Iterable[str]) -> str:
    return next((said[column] for column in columns if said.get(column)), "")


def _names(written: Iterable[str]) -> tuple[str, ...]:
    """The plain names, each once; what stands in brackets is left out of a name, not taken for one."""
    found = (plain(IN_BRACKETS.sub(" ", name)) or plain(name) for name in written)
    return tuple(dict.fromkeys(name for name in found if name))


def _acronyms(written: Iterable[str]) -> Iterable[str]:
    for name in written:
        bare = re.sub(r"[^A-Za-zА-Яа-я0-9]", "", name)
        if 2 <= len(bare) <= 9 and sum(letter.isupper() for letter in bare) >= max(2, len(bare) // 2):
            yield plain(bare)


def _phone(written: str) -> str:
    """The last nine digits: enough to tell numbers apart, however their country and trunk codes are written."""
    return DIGITS.sub("", written)[-9:].lstrip("0")


def _number(written: str) -> str:
    return "".join(filter(str.isalnum, written)).upper()


def _hosts(written: str) -> tuple[str, ...]:
    """The host as written without www, and the name somebody owns: eng.example.co.uk, example.co.uk."""
    found = HOST.match(written)
    host = found[1].casefold().removeprefix("www.").strip(".") if found else ""
    owned = _owned(host)
    return (host, owned) if "." in host and owned not in SERVES_MANY else ()


def _owned(host: str) -> str:
    parts = host.split(".")
    length = 3 if len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in SECOND_LEVEL else 2
    return ".".join(parts[-length:])
