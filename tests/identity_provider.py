"""An organisation's identity provider on the loopback: a real OpenID Connect server (oidc-provider-mock, on Authlib).

It knows whoever is put in with `knows`, answers as the standard says, and takes a code once. To see what we refuse, its proofs
are bent before they leave: `bends` changes what they say, `signs_with` the key, `hands_out` the whole proof.
"""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import jwt
import oidc_provider_mock
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.serving import make_server


class IdentityProvider:
    """What the server knows and how it bends its proofs."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app()
        self.app.debug = False
        self.app.after_request(self._bent)
        self.bends: dict[str, Any] = {}
        self.signs_with: Any = None
        self.hands_out: Any = None
        self.says: dict[str, Any] = {}
        self.asked: list[str] = []
        self.proofs: list[str] = []
        self.own: dict[str, Any] = {}
        self.issuer = ""

    def knows(self, subject: str, **claims: Any) -> None:
        """Let a person sign in there."""
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def signs_in(self, subject: str, asked: str) -> str:
        """Sign the person in as the browser would at the address `asked`; return where it is sent back to."""
        answer = requests.post(asked, data={"sub": subject}, allow_redirects=False, timeout=5)
        return str(answer.headers["Location"])

    def tells_of_leaving(self, key: Any = None, **claims: Any) -> str:
        """A token that says that somebody signed out here; claims bend it, None leaves one out."""
        now = int(time.time())
        event = {"http://schemas.openid.net/event/backchannel-logout": {}}
        said = {"iss": self.issuer, "aud": "accord", "iat": now, "exp": now + 120, "jti": secrets.token_hex(8), "events": event}
        told = {name: value for name, value in {**said, **claims}.items() if value is not None}
        return jwt.encode(told, key or jwt.PyJWK(dict(self.own), "RS256").key, algorithm="RS256", headers={"typ": "logout+jwt"})

    def _bent(self, response: flask.Response) -> flask.Response:
        self.asked.append(flask.request.path)
        if flask.request.path == "/.well-known/openid-configuration":
            response.set_data(json.dumps({**json.loads(response.get_data()), **self.says}))
        if flask.request.path == "/oauth2/token" and response.status_code == 200:
            told = json.loads(response.get_data())
            self.proofs.append(told["id_token"])
            self.own = flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True)
            response.set_data(json.dumps({**told, "id_token": self._proof(told["id_token"])}))
        return response

    def _proof(self, honest: str) -> Any:
        if self.hands_out is not None:
            return self.hands_out
        if not self.bends and self.signs_with is None:
            return honest
        own = flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True)
        key = self.signs_with or jwt.PyJWK(dict(own), "RS256").key
        claims = {**jwt.decode(honest, options={"verify_signature": False}), **self.bends}
        return jwt.encode(claims, key, algorithm="RS256")


@contextmanager
def running() -> Iterator[IdentityProvider]:
    """Run one on a free port of the loopback for as long as the block lasts."""
    provider = IdentityProvider()
    server = make_server("127.0.0.1", 0, provider.app, threaded=True)
    provider.issuer = f"http://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)


def foreign_key() -> rsa.RSAPrivateKey:
    """A key of nobody we know."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def question_in(address: str) -> dict[str, str]:
    """What stands in the address a browser is sent to."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
