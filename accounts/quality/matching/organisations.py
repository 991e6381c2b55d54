"""Organisations: whether two records speak of one: names in all their forms, website, place, country, year, numbers. Pure.

Every name a record goes by counts (aliases, former and foreign names, acronyms), the one it goes by first most. What each
side's name has and the other's has not speaks against: neighbours share most of their words.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from accounts.quality.matching.corpus import Agreement, Corpus
from accounts.quality.matching.evidence import Evidence
from accounts.quality.matching.records import Record
from accounts.quality.matching.words import core

START: Final = -5.6
NAME, WITHIN, ANY_NAME, GOES_BY = 1.8, 2.0, 2.5, 2.3
SAME_HOST, RARE_SITE, OTHER_SITE = 1.1, 0.35, -1.25
SAME_TOWN, OTHER_COUNTRY = 2.2, -3.7
OTHER_YEAR, WORDS_APART = -2.0, -2.8
SAME_TAX_ID, SAME_EMAIL, SAME_PHONE, SAME_ADDRESS, OTHER_TAX_ID = 7.0, 3.0, 2.5, 2.5, -3.0
IS_THE_NAME: Final = 0.9
SHORTEST: Final = 6
MOST_NAMES: Final = 12


def keys(record: Record) -> Iterator[str]:
    """Yield the blocks an organisation belongs to."""
    yield from (f"w:{host}" for host in record.hosts)
    yield from (f"{name}:{value}" for name, value in (("p", record.phone), ("e", record.email)) if value)
    yield from (f"t:{number}" for number in record.tax_ids)
    yield from (f"ac:{acronym}{record.city}" for acronym in record.acronyms)
    for name in record.names[:MOST_NAMES]:
        words = core(name)
        joined = "".join(words)
        yield f"n:{joined}" if len(joined) > SHORTEST else f"n:{joined}{record.country}"
        yield from (f"cw:{record.city}{word[:7]}" for word in words if len(word) > 3)
        short = sorted({word[:6] for word in words if len(word) > 2})
        yield from (f"ww:{record.country}{one}{other}" for one, other in combinations(short[:9], 2))


def compare(a: Record, b: Record, corpus: Corpus) -> list[Evidence]:
    """Weigh what two organisations agree and differ in."""
    main = corpus.agreement(_core(a), _core(b))
    best, pair = _nearest_names(a, b, corpus, main)
    by_name = bool(a.names and b.names) and (a.names[0] in b.names or b.names[0] in a.names)
    found = [
        Evidence(START),
        Evidence(NAME * main.overall + WITHIN * main.within + ANY_NAME * best.overall, _named(pair, best)),
        Evidence(GOES_BY * by_name, "the one goes by a name of the other"),
        Evidence(WORDS_APART * best.apart, "each name has words the other has not"),
    ]
    return [*found, *_web(a, b, corpus), *_place(a, b, best), *_numbers(a, b)]


def _core(record: Record) -> tuple[str, ...]:
    return core(record.names[0]) if record.names else ()


def _nearest_names(a: Record, b: Record, corpus: Corpus, main: Agreement) -> tuple[Agreement, tuple[str, str]]:
    """The agreement of the two names, of all they go by, that agree most; acronyms only when they are equal."""
    best, pair = main, (a.names[:1] + ("",))[0:1] + (b.names[:1] + ("",))[0:1]
    for mine in a.names[:MOST_NAMES]:
        for theirs in b.names[:MOST_NAMES]:
            if min(len(mine), len(theirs)) < SHORTEST and mine != theirs:
                continue
            words, others = core(mine), core(theirs)
            # Only names with a word in common are worth weighing here; the main names have been weighed already.
            if set(words).isdisjoint(others):
                continue
            agreed = corpus.agreement(words, others)
            if agreed.overall > best.overall:
                best, pair = agreed, (mine, theirs)
    return best, (pair[0], pair[1])


def _named(pair: tuple[str, str], best: Agreement) -> str:
    if best.overall < 0.25:
        return ""
    return f"same name: {pair[0]}" if pair[0] == pair[1] else f"similar names: {pair[0]}, {pair[1]}"


def _web(a: Record, b: Record, corpus: Corpus) -> Iterator[Evidence]:
    if not a.site or not b.site:
        return
    if a.hosts[0] == b.hosts[0]:
        yield Evidence(SAME_HOST + RARE_SITE * corpus.rarity(a.site), f"same website: {a.hosts[0]}")
    elif a.site == b.site:
        yield Evidence(RARE_SITE * corpus.rarity(a.site), f"websites of one owner: {a.site}")
    else:
        yield Evidence(OTHER_SITE, f"websites differ: {a.site}, {b.site}")


def _place(a: Record, b: Record, best: Agreement) -> Iterator[Evidence]:
    if a.city and a.city == b.city and best.overall > IS_THE_NAME:
        yield Evidence(SAME_TOWN * best.overall, f"same town: {a.city}")
    if a.country and b.country and a.country != b.country:
        yield Evidence(OTHER_COUNTRY, f"countries differ: {a.country}, {b.country}")
    if a.founded and b.founded and a.founded != b.founded:
        yield Evidence(OTHER_YEAR, f"founded in different years: {a.founded}, {b.founded}")


def _numbers(a: Record, b: Record) -> Iterator[Evidence]:
    if common := a.tax_ids & b.tax_ids:
        yield Evidence(SAME_TAX_ID, f"same number: {min(common)}")
    elif a.tax_ids and b.tax_ids:
        yield Evidence(OTHER_TAX_ID, "tax numbers differ")
    if a.email and a.email == b.email:
        yield Evidence(SAME_EMAIL, f"same e-mail: {a.email}")
    if a.phone and a.phone == b.phone:
        yield Evidence(SAME_PHONE, f"same phone: {a.phone}")
    if a.house and a.house == b.house and set(a.street) & set(b.street):
        yield Evidence(SAME_ADDRESS, f"same address: {a.house} {' '.join(a.street)}")
