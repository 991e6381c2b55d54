"""Every address says whom it serves; one that does not is answered as if it did not exist, so none may be left."""

from collections.abc import Iterator

from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver

from accounts.people import access
from config import routes

KNOWN_WORDS = {routes.PUBLIC, routes.SIGNED_IN, routes.MANAGERS}


def every_route(
    resolver: URLResolver | None = None, path: str = "", spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, ResolverMatch]]:
    """Walk the whole address book: each route as people write it, with what Django knows when it is asked for."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = f"{path}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from every_route(entry, address, (*spaces, *([entry.namespace] if entry.namespace else [])))
        else:
            yield address, match_of(entry, address, spaces)


def match_of(entry: URLPattern, address: str, spaces: tuple[str, ...]) -> ResolverMatch:
    return ResolverMatch(entry.callback, (), {}, entry.name, namespaces=list(spaces), route=address)


def test_every_route_declares_whom_it_serves():
    silent = [address for address, match in every_route() if routes.audience_of(match.func, match) is None]
    closed = [address for address, match in every_route() if match.url_name in routes.CLOSED]

    assert [address for address in silent if address not in closed] == [], "these need @declares(...)"


def test_declared_audiences_are_ones_that_can_be_asked():
    declared = {address: routes.audience_of(match.func, match) for address, match in every_route()}

    strange = [address for address, audience in declared.items() if not _can_be_asked(audience)]

    assert strange == []


def _can_be_asked(audience: routes.Audience | None) -> bool:
    return audience is None or isinstance(audience, access.Action) or audience in KNOWN_WORDS


def test_table_of_foreign_routes_names_none_that_is_gone():
    names = {match.url_name for _, match in every_route()}

    assert sorted((set(routes.BY_NAME) | routes.CLOSED) - names) == []
