"""Fetching from hosts that others named: public ones by https, no detours, and not much at a time."""

import gzip
import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from time import monotonic, sleep
from types import SimpleNamespace

import pytest
import requests

from accounts.single_sign_on import addresses
from config import outward


@pytest.fixture
def server():
    """A server on the loopback that answers by its path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", "/here")
            if self.path == "/packed":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            words = b"x" * (outward.MOST_BYTES + 1 if self.path in ("/much", "/packed") else 3)
            self.wfile.write(gzip.compress(words) if self.path == "/packed" else words)

        def log_message(self, *told):
            """Keep quiet."""

    running = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()


def test_loopback_is_not_reached_by_any_scheme(server):
    with outward.session() as session:
        for address in (server, server.replace("http:", "https:"), "file:///etc/passwd"):
            with pytest.raises(requests.RequestException):
                session.get(address)


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "::ffff:192.168.0.1", "0.0.0.0"])
def test_public_name_that_leads_to_an_inner_address_is_not_connected_to(monkeypatch, inner):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **how: [(2, 1, 6, "", (inner, port))])
    monkeypatch.setattr(outward.connecting, "create_connection", lambda *where, **how: asked.append(where))

    with outward.session() as session, pytest.raises(requests.ConnectionError):
        session.get("https://id.nordwind.example")

    assert asked == []


def test_name_with_one_inner_address_among_public_ones_is_not_connected_to(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.8", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **how: found)

    with outward.session() as session, pytest.raises(requests.ConnectionError):
        session.get("https://id.nordwind.example")


def test_connection_goes_to_the_very_address_that_was_judged(monkeypatch):
    asked = []

    def connect(where, *how, **more):
        asked.append(where)
        raise OSError("far enough")

    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **how: [(2, 1, 6, "", ("93.184.215.14", port))])
    monkeypatch.setattr(outward.connecting, "create_connection", connect)

    with outward.session() as session, pytest.raises(requests.ConnectionError):
        session.get("https://id.nordwind.example")

    assert asked == [("93.184.215.14", 443)]


def test_trial_on_one_machine_reaches_the_loopback_follows_nothing_and_reads_little(server, settings):
    settings.SIGN_IN_PROVIDERS_ANYWHERE = True

    with outward.session() as session:
        assert session.get(f"{server}/here").content == b"xxx"
        assert session.get(f"{server}/away").status_code == 302
        with pytest.raises(outward.TooMuch):
            session.get(f"{server}/much")


@pytest.fixture
def slow(monkeypatch, settings):
    """A host that says one byte each tenth of a second, beginning as it is told, and knows when it was cut off."""
    monkeypatch.setattr(outward, "SECONDS", 0.5)
    settings.SIGN_IN_PROVIDERS_ANYWHERE = True
    listening = socket.create_server(("127.0.0.1", 0))
    host = SimpleNamespace(begins=b"", port=listening.getsockname()[1], cut=Event())

    def trickle():
        with suppress(OSError):
            visitor = listening.accept()[0]
            visitor.sendall(host.begins)
            for _ in range(100):
                sleep(0.1)
                visitor.sendall(b"x")
        host.cut.set()

    Thread(target=trickle, daemon=True).start()
    yield host
    listening.close()


@pytest.mark.parametrize(
    "begins", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_host_that_trickles_is_cut_off_whatever_it_trickles(slow, begins):
    slow.begins, since = begins, monotonic()

    with outward.session() as session, pytest.raises(requests.Timeout, match="no answer within"):
        session.get(f"http://127.0.0.1:{slow.port}/")

    assert monotonic() - since < 3
    assert slow.cut.wait(3)


def test_host_that_trickles_its_handshake_is_cut_off(slow):
    since = monotonic()

    with outward.session() as session, pytest.raises(requests.RequestException):
        session.get(f"https://127.0.0.1:{slow.port}/")

    assert monotonic() - since < 3
    assert slow.cut.wait(3)


def test_look_up_that_takes_for_ever_holds_nobody(monkeypatch):
    monkeypatch.setattr(outward, "SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **how: sleep(5))
    since = monotonic()

    with outward.session() as session, pytest.raises(outward.TooLate):
        session.get("https://id.nordwind.example")

    assert monotonic() - since < 3


def test_connection_that_comes_too_late_is_closed():
    one, other = socket.socketpair()
    exchange = outward.Exchange(requests.Response)
    exchange.answer()

    with pytest.raises(TimeoutError):
        exchange.opened(one)

    assert (one.fileno(), other.recv(1)) == (-1, b"")


def test_small_answer_that_unpacks_to_much_is_not_read_to_the_end(server, settings):
    settings.SIGN_IN_PROVIDERS_ANYWHERE = True

    with outward.session() as session, pytest.raises(outward.TooMuch):
        session.get(f"{server}/packed")


def test_production_takes_no_provider_on_the_same_machine(settings):
    assert settings.SIGN_IN_PROVIDERS_ANYWHERE is False
    assert not addresses.are_public([])
    assert addresses.are_public(["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
