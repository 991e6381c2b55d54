"""A proof is believed only when all of it holds: signature, issuer, audience, nonce, time and subject."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.utils import translation

from accounts.single_sign_on import proofs
from accounts.single_sign_on.proofs import Expected, NotProven, Proven

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EXPECTED = Expected(issuer="https://id.nordwind.example", client_id="accord", nonce="asked-by-this-browser")
OWN, FOREIGN = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CURVE = ec.generate_private_key(ec.SECP256R1())


def published(key=OWN, algorithm="RSA", **facts):
    """The provider's key set with this key in it."""
    made = {"RSA": jwt.algorithms.RSAAlgorithm, "EC": jwt.algorithms.ECAlgorithm}[algorithm].to_jwk(
        key.public_key(), as_dict=True
    )
    return {"keys": [{**made, "kid": "one", "use": "sig", **facts}]}


def claims(**other):
    now = NOON.timestamp()
    return {
        "iss": EXPECTED.issuer, "aud": "accord", "sub": "0815", "nonce": EXPECTED.nonce, "iat": now, "exp": now + 300,
        "email": "Ada@Nordwind.example", "email_verified": True, "name": "Ada  Nord", **other,
    }  # fmt: skip


def proof(key=OWN, algorithm="RS256", kid="one", **other):
    said = {name: value for name, value in claims(**other).items() if value is not None}
    return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})


def judged(token, keys=None, at=NOON):
    return proofs.person_in(token, keys=published() if keys is None else keys, expected=EXPECTED, at=at)


def refusal_of(token, keys=None, at=NOON):
    with pytest.raises(NotProven) as refused:
        judged(token, keys, at)
    return refused.value.code


def test_proof_that_holds_names_the_person():
    assert judged(proof()) == Proven(subject="0815", email="ada@nordwind.example", name="Ada Nord")


def test_proof_signed_on_a_curve_holds_too():
    assert judged(proof(CURVE, "ES256"), published(CURVE, "EC")).subject == "0815"


def test_proof_signed_with_a_foreign_key_is_refused():
    assert refusal_of(proof(FOREIGN)) == "wrong_signature"


def test_unsigned_proof_is_refused():
    assert refusal_of(jwt.encode(claims(), None, algorithm="none", headers={"kid": "one"})) == "wrong_signature"


def test_proof_signed_with_a_shared_secret_is_refused_even_if_the_provider_published_it():
    shared = {"keys": [{"kty": "oct", "k": "c2VjcmV0LXRoYXQtZXZlcnlib2R5LWtub3dzLXNlY3JldA", "kid": "one"}]}

    assert refusal_of(proof("secret-that-everybody-knows-secret", "HS256"), shared) == "wrong_signature"


def test_proof_changed_after_it_was_signed_is_refused():
    head, _, end = proof().split(".")
    _, body, _ = proof(sub="another").split(".")

    assert refusal_of(f"{head}.{body}.{end}") == "wrong_signature"


def test_key_meant_for_something_else_signs_no_proof():
    assert refusal_of(proof(), published(use="enc")) == "wrong_signature"


@pytest.mark.parametrize(
    "keys", [{}, {"keys": None}, {"keys": []}, {"keys": [{}]}, {"keys": ["x"]}, {"keys": [{"kid": "one", "kty": "RSA"}]}]
)
def test_nonsense_instead_of_keys_is_refused(keys):
    assert refusal_of(proof(), keys) == "wrong_signature"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "." * 9, "x" * 60_000, None, 7])
def test_nonsense_instead_of_a_proof_is_refused(token):
    assert refusal_of(token) == "wrong_signature"


@pytest.mark.parametrize("issuer", ["https://id.other.example", "https://id.nordwind.example/", "", None])
def test_proof_of_another_issuer_is_refused(issuer):
    assert refusal_of(proof(iss=issuer)) == "wrong_issuer"


@pytest.mark.parametrize("other", [{"aud": "another"}, {"aud": None}, {"aud": ["accord", "another"]}, {"azp": "another"}])
def test_proof_meant_for_another_program_is_refused(other):
    assert refusal_of(proof(**other)) == "wrong_audience"


def test_proof_meant_for_several_holds_when_it_was_handed_to_us():
    assert judged(proof(aud=["accord", "another"], azp="accord")).subject == "0815"


@pytest.mark.parametrize("nonce", ["of another browser", "", None])
def test_proof_that_answers_another_question_is_refused(nonce):
    assert refusal_of(proof(nonce=nonce)) == "wrong_nonce"


def test_no_question_is_answered_by_no_proof():
    with pytest.raises(NotProven) as refused:
        proofs.person_in(proof(nonce=""), keys=published(), expected=Expected(EXPECTED.issuer, "accord", ""), at=NOON)

    assert refused.value.code == "wrong_nonce"


def test_proof_holds_a_minute_longer_than_it_says_and_then_no_more():
    assert judged(proof(), at=NOON + timedelta(seconds=359)).subject == "0815"
    assert refusal_of(proof(), at=NOON + timedelta(seconds=360)) == "expired"


def test_proof_made_long_ago_is_refused_even_if_it_says_it_holds_for_a_year():
    assert refusal_of(proof(exp=NOON.timestamp() + 31_536_000), at=NOON + timedelta(minutes=10)) == "expired"


@pytest.mark.parametrize("other", [{"exp": None}, {"iat": None}, {"exp": "later"}, {"exp": True}])
def test_proof_without_an_end_is_refused(other):
    assert refusal_of(proof(**other)) == "expired"


@pytest.mark.parametrize("other", [{"iat": NOON.timestamp() + 120}, {"nbf": NOON.timestamp() + 120}])
def test_proof_dated_in_the_future_is_refused(other):
    assert refusal_of(proof(**other)) == "not_yet"


@pytest.mark.parametrize("subject", ["", None, "x" * 256, "a\x00b"])
def test_proof_that_names_nobody_is_refused(subject):
    assert refusal_of(proof(sub=subject)) == "no_subject"


def test_address_the_provider_did_not_check_is_doubted():
    assert judged(proof(email_verified=False)).doubts_email
    assert not judged(proof(email_verified=None)).doubts_email


def test_each_refusal_is_one_clear_sentence_for_the_person():
    with pytest.raises(NotProven) as refused:
        judged(proof(FOREIGN))

    assert refused.value.reason == (
        "Your organisation's sign-in was not accepted: its proof is not signed with a key of that provider. "
        "Nothing was changed; try again."
    )


def test_each_refusal_is_told_in_the_persons_language():
    with translation.override("de"), pytest.raises(NotProven) as refused:
        judged(proof(FOREIGN))

    assert refused.value.reason == (
        "Die Anmeldung bei Ihrer Organisation wurde nicht angenommen: der Nachweis ist mit keinem Schlüssel dieses "
        "Anmeldedienstes unterschrieben. Nichts wurde geändert; versuchen Sie es noch einmal."
    )
