import json

import pytest

from entrepot.errors import ProfileError
from entrepot.profile import Profile
from tests.entrepot.tlog import TinyLog

LOG = TinyLog()
PROFILE = {
    "url": "https://entrepot.example",
    "client_id": "statistics-office",
    "client_secret": "s3cret",
    "organisation": "statistics-office",
    "log_key": LOG.log.vkey,
    "room_key": LOG.room.vkey,
}


@pytest.fixture
def write(tmp_path):
    """Writes a profile file, as JSON or as it stands."""

    def write_one(content, mode=0o600):
        path = tmp_path / "profile.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(mode)
        return path

    return write_one


def test_profile_is_read(write):
    profile = Profile.read(write(PROFILE))
    assert (profile.url, profile.organisation) == (PROFILE["url"], "statistics-office")
    assert profile.keys.log.name == "entrepot.test/log"


def test_secret_is_not_shown(write):
    assert "s3cret" not in repr(Profile.read(write(PROFILE)))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_open_profile_is_refused(write, mode):
    with pytest.raises(ProfileError, match=f"mode {mode:04o}, expected 0600") as caught:
        Profile.read(write(PROFILE, mode))
    assert caught.value.hint.startswith("chmod 600 ")


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_private_profile_is_taken(write, mode):
    assert Profile.read(write(PROFILE, mode)).client_id == "statistics-office"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "not strict JSON"),
        ("{'url': 1}", "not strict JSON"),
        ("[]", "is a list"),
        ({**PROFILE, "token": "t"}, "unknown field 'token'"),
        ({**PROFILE, "url": 1}, "url is a number"),
        (
            {name: value for name, value in PROFILE.items() if name != "url"},
            "lacks the field 'url'",
        ),
        ({**PROFILE, "log_key": "nonsense"}, "log key is not a verifier key"),
        ({**PROFILE, "room_key": LOG.room.vkey[:-4]}, "room key is not a verifier key"),
        ('{"url":"a","url":"b"}', "stands twice"),
        (" " * 70_000, "larger"),
    ],
)
def test_malformed_profile_is_named(write, content, complaint):
    path = write(content)
    with pytest.raises(ProfileError, match=complaint) as caught:
        Profile.read(path)
    assert str(path) in str(caught.value)
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"


def test_missing_profile_is_named(tmp_path):
    with pytest.raises(ProfileError, match="No such file"):
        Profile.read(tmp_path / "none.json")


def test_environment_names_profile(write, monkeypatch):
    monkeypatch.setenv("ENTREPOT_PROFILE", str(write(PROFILE)))
    assert Profile.find(None).client_id == "statistics-office"


def test_no_profile_says_how(monkeypatch):
    monkeypatch.delenv("ENTREPOT_PROFILE", raising=False)
    with pytest.raises(ProfileError) as caught:
        Profile.find(None)
    assert "ENTREPOT_PROFILE" in caught.value.hint
