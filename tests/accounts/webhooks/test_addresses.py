"""Which addresses are called: nothing inside, however it is written, and nothing that moves inside between look and call."""

import ipaddress
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from accounts.webhooks import addresses

INSIDE = [
    "127.0.0.1", "10.0.0.5", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.100.100.200", "168.63.129.16", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00:ec2::254", "::ffff:10.0.0.5", "64:ff9b::7f00:1", "2002:7f00:1::",
    "::127.0.0.1",
]  # fmt: skip
ODD = [
    "", "erp.example", "ftp://erp.example/", "https://", "https://user:secret@erp.example/", "https://erp.example/#part",
    "https://erp.example:22/", "https://erp.example:0/", "https://erp.example:99999/", "https://localhost/", "https://erp/",
    "https://metadata.google.internal/", "https://erp.exa mple/", "https://erp.example/\r\nHost: x", "javascript:alert(1)",
    "https://[::1", "https://" + "a" * 500 + ".example/", "https://ärp.example/",
]  # fmt: skip


class Receiver(BaseHTTPRequestHandler):
    """Answers as its path says and keeps what came."""

    came: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.came.append((self.path, dict(self.headers), body))
        self.send_response(int(self.path.rpartition("/")[2] or 200))
        self.send_header("Location", "/elsewhere/200")
        self.end_headers()

    def log_message(self, *told):
        """Say nothing."""


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_MAY_GO_INSIDE = True
    Receiver.came = []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def leads_to(monkeypatch, *found):
    families = {True: socket.AF_INET6, False: socket.AF_INET}
    rows = [(families[":" in ip], socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)


@pytest.mark.parametrize("address", INSIDE)
def test_address_inside_is_refused_as_it_is_written_and_behind_a_name(monkeypatch, address):
    written = f"[{address}]" if ":" in address else address
    leads_to(monkeypatch, address)

    with pytest.raises(addresses.AddressRefused):
        addresses.checked(f"https://{written}/hooks")
    with pytest.raises(addresses.AddressRefused):
        addresses.post("https://erp.example/hooks", b"{}", {})


@pytest.mark.parametrize("url", ODD)
def test_what_is_no_address_of_a_receiver_is_refused(url):
    with pytest.raises(addresses.AddressRefused):
        addresses.checked(url)


def test_name_that_leads_inside_by_one_of_its_addresses_is_refused(monkeypatch):
    leads_to(monkeypatch, "93.184.215.14", "10.0.0.5")

    with pytest.raises(addresses.AddressRefused):
        addresses.resolved("erp.example", 443)


def test_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    asked, called = [], []
    answers = iter(["93.184.215.14", "127.0.0.1"])

    def look_up(*told, **_):
        asked.append(told[0])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))]

    def connect(address, *_):
        called.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(addresses.Unreachable):
        addresses.post("https://erp.example/hooks", b"{}", {})

    assert (asked, called) == (["erp.example"], [("93.184.215.14", 443)])


def test_message_arrives_and_its_answer_comes_back(receiver):
    answer = addresses.post(f"{receiver}/hooks/204", b"{}", {"webhook-id": "7"})

    assert answer.took_it
    assert Receiver.came[0][2] == b"{}"


def test_redirect_is_not_followed(receiver):
    answer = addresses.post(f"{receiver}/hooks/307", b"{}", {})

    assert (answer.status, answer.took_it) == (307, False)
    assert [path for path, _, _ in Receiver.came] == ["/hooks/307"]


def test_receiver_that_trickles_is_cut_off(settings, monkeypatch):
    settings.WEBHOOKS_MAY_GO_INSIDE = True
    monkeypatch.setattr(addresses, "DEADLINE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(addresses.Unreachable):
        addresses.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})


def test_plain_http_is_refused_outside_of_development():
    with pytest.raises(addresses.AddressRefused, match="https"):
        addresses.checked("http://erp.example/hooks")


@pytest.mark.parametrize("host", ["2606:4700:4700::1a", "2606:4700::1:25"])
def test_an_ipv6_address_keeps_its_port_and_is_no_surprise(host, monkeypatch):
    tried = []

    def open_nothing(address, timeout):
        tried.append(address)
        raise OSError("nobody is there")

    monkeypatch.setattr(addresses.socket, "create_connection", open_nothing)

    with pytest.raises(addresses.Unreachable):
        addresses.post(f"https://[{host}]/", b"{}", {})

    assert tried == [(host, 443)]


@pytest.mark.parametrize("text", ["fec0::1", "fe80::1", "fd00::1", "::1", "4000::1"])
def test_what_is_no_public_ipv6_lies_inside(text):
    assert not addresses.lies_outside(ipaddress.ip_address(text))
