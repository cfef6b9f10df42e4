import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from data_products.errors import AuthenticationError
from data_products.parties import Participant, Role
from marketplace_api.authentication import Verifier

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
KEY = ECKey.generate_key("P-256", auto_kid=True)
OTHER = ECKey.generate_key("P-256", auto_kid=True)
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid}
CLAIMS = {
    "iss": "http://127.0.0.1:8600",
    "aud": "urn:entrepot:api",
    "sub": "desk",
    "client_id": "desk",
    "org": "customs-be",
    "roles": ["consumer", "steward"],
    "iat": int(NOW.timestamp()) - 10,
    "exp": int(NOW.timestamp()) + 590,
}


@pytest.fixture
def verifier():
    return Verifier(KeySet([KEY]), CLAIMS["iss"], CLAIMS["aud"], lambda: NOW)


def signed(header=None, key=KEY, **claims):
    """A token that differs from a good one as said; None leaves a claim out."""
    body = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({**HEADER, **(header or {})}, body, key)


def part(value):
    """A part of a token made by hand."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def refused(verifier, token):
    with pytest.raises(AuthenticationError) as raised:
        verifier.participant(token)
    return str(raised.value) == "the access token is not valid"


def test_good_token_names_participant(verifier):
    expected = Participant("customs-be", "desk", frozenset({Role.CONSUMER, Role.STEWARD}))
    assert verifier.participant(signed()) == expected


def test_audience_may_be_list(verifier):
    assert verifier.participant(signed(aud=["other", "urn:entrepot:api"])).subject == "desk"


@pytest.mark.parametrize("seconds", [-59, 60])
def test_clocks_may_differ_a_minute(verifier, seconds):
    moment = int(NOW.timestamp()) + seconds
    token = signed(exp=moment) if seconds < 0 else signed(iat=moment, nbf=moment)
    assert verifier.participant(token).subject == "desk"


def test_alg_none(verifier):
    for algorithm in ("none", "None", "nOnE"):
        header = {**HEADER, "alg": algorithm}
        assert refused(verifier, f"{part(header)}.{part(CLAIMS)}.")


@pytest.mark.parametrize(
    "secret", [KEY.as_pem(private=False), KEY.as_der(private=False)], ids=["pem", "der"]
)
def test_hs256_with_public_key(verifier, secret):
    head = f"{part({**HEADER, 'alg': 'HS256'})}.{part(CLAIMS)}"
    mac = hmac.new(secret, head.encode(), hashlib.sha256).digest()
    assert refused(verifier, f"{head}.{part(mac)}")


def test_hs256_with_own_key(verifier):
    key = OctKey.generate_key(256)
    assert refused(verifier, jwt.encode({**HEADER, "alg": "HS256"}, CLAIMS, key))


@pytest.mark.parametrize("kid", [OTHER.kid, KEY.kid, None], ids=["other", "ours", "none"])
def test_embedded_jwk(verifier, kid):
    header = {"alg": "ES256", "typ": "at+jwt", "jwk": OTHER.as_dict(private=False), "kid": kid}
    head = f"{part({k: v for k, v in header.items() if v})}.{part(CLAIMS)}"
    signature = signed(key=OTHER).rpartition(".")[2]
    assert refused(verifier, f"{head}.{signature}")


def test_stripped_signature(verifier):
    head = signed().rpartition(".")[0]
    assert refused(verifier, head)
    assert refused(verifier, head + ".")


def test_changed_claims(verifier):
    header, _, signature = signed().split(".")
    assert refused(verifier, f"{header}.{part({**CLAIMS, 'org': 'beanr'})}.{signature}")


@pytest.mark.parametrize(
    "kid", ["unknown", "../../etc/passwd", "' OR 1=1 --", "https://evil.example/k", 7, ["a"], None]
)
def test_unknown_kid(verifier, kid):
    head = f"{part({**HEADER, 'kid': kid})}.{part(CLAIMS)}"
    assert refused(verifier, f"{head}.{signed().rpartition('.')[2]}")


def test_missing_kid(verifier):
    assert refused(verifier, jwt.encode({"alg": "ES256", "typ": "at+jwt"}, CLAIMS, KEY))


def test_foreign_key_under_our_kid(verifier):
    assert refused(verifier, signed(key=OTHER, header={"kid": KEY.kid}))


@pytest.mark.parametrize("kind", ["JWT", "id+jwt", "logout+jwt", "", "at+jwt "])
def test_id_token_replay(verifier, kind):
    assert refused(verifier, signed(header={"typ": kind}))


def test_missing_type(verifier):
    header = {"alg": "ES256", "kid": KEY.kid}
    assert refused(verifier, jwt.encode(header, CLAIMS, KEY, default_type=None))


def test_unknown_critical_header(verifier):
    head = f"{part({**HEADER, 'crit': ['x'], 'x': 1})}.{part(CLAIMS)}"
    assert refused(verifier, f"{head}.{signed().rpartition('.')[2]}")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:8600/"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "urn:other:api"},
        {"aud": ["urn:other:api"]},
        {"aud": []},
        {"aud": None},
        {"exp": int(NOW.timestamp()) - 60},
        {"exp": str(int(NOW.timestamp()) + 600)},
        {"exp": True},
        {"exp": int(NOW.timestamp()) + 3591},
        {"exp": None},
        {"nbf": int(NOW.timestamp()) + 61},
        {"nbf": "0"},
        {"iat": int(NOW.timestamp()) + 61},
        {"iat": None},
    ],
)
def test_wrong_registered_claim(verifier, claims):
    assert refused(verifier, signed(**claims))


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": "steward"},
        {"roles": ["steward", "king"]},
        {"roles": [["steward"]]},
        {"roles": [{"steward": 1}]},
        {"roles": [1]},
        {"roles": []},
        {"roles": {"steward": True}},
        {"roles": None},
        {"org": None},
        {"org": ["customs-be"]},
        {"org": "customs-be\n"},
        {"org": "Customs BE"},
        {"sub": None},
        {"sub": 7},
        {"client_id": None},
        {"client_id": ""},
    ],
)
def test_wrong_claim_of_ours(verifier, claims):
    assert refused(verifier, signed(**claims))


@pytest.mark.parametrize("filler", ["x" * 8192, "x" * 1_000_000])
def test_huge_token(verifier, filler):
    assert refused(verifier, signed(filler=filler))


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "a.b.c.d.e",
        "\u00e9.x.y",
        f"{part(b'[]')}.e30.x",
        f"{part(HEADER)}.W10.x",
    ],
)
def test_garbage(verifier, token):
    assert refused(verifier, token)


@pytest.mark.parametrize("payload", [b"[]", b"1", b"null", b"{", b"\xff"])
def test_signed_payload_that_is_no_object(verifier, payload):
    assert refused(verifier, jws.serialize_compact(HEADER, payload, KEY))
