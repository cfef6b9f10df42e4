from pathlib import Path

import pytest

from data_products.errors import ConfigurationError
from marketplace_api.settings import Settings, read


def written(directory: Path, **values: str) -> Path:
    for name, value in values.items():
        (directory / f"entrepot_{name}").write_text(value)
    return directory


def test_defaults_stay_on_loopback(tmp_path):
    settings = read(tmp_path / "absent")
    assert settings.url == "http://127.0.0.1:8600"
    assert settings.embedded_issuer


def test_secrets_come_from_files(tmp_path):
    settings = read(written(tmp_path, database_url="postgresql://hub:pass@db/entrepot"))
    assert settings.database_url.get_secret_value().endswith("@db/entrepot")


def test_secret_is_not_printed(tmp_path):
    assert "pass" not in repr(read(written(tmp_path, database_url="postgresql://hub:pass@db/x")))


def test_lists_are_json(tmp_path):
    settings = read(written(tmp_path, data_roots='["/data/a", "/data/b"]'))
    assert settings.data_roots == (Path("/data/a"), Path("/data/b"))


def test_environment_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("ENTREPOT_PORT", "9000")
    assert read(tmp_path).port == 9000


def test_ipv6_address_is_bracketed():
    assert Settings(host="::1", port=1).url == "http://[::1]:1"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"prot": "9000"}, "unknown settings: entrepot_prot"),
        ({"port": "many-secret"}, "port: Input should be a valid integer"),
        ({"data_roots": "/data"}, "a setting that is a list is not JSON"),
        ({"environment": "production"}, "the embedded issuer is for demonstrations only"),
        ({"issuer": "https://idp.example"}, "set both, or neither"),
        ({"issuer": "http://idp.example", "issuer_keys": "/k"}, "expected an https URL"),
        ({"host": "192.0.2.1"}, "only a loopback address"),
        ({"host": "hub.example"}, "only a loopback address"),
        ({"origin": "Not A Name"}, "origin: String should match pattern"),
    ],
)
def test_wrong_setting_is_named(tmp_path, values, message):
    with pytest.raises(ConfigurationError, match=message) as raised:
        read(written(tmp_path, **values))
    assert "secret" not in str(raised.value)


def test_unknown_variable_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("ENTREPOT_WORKER_SECOND", "5")
    with pytest.raises(ConfigurationError, match="entrepot_worker_second"):
        read(tmp_path)


OWN = {"issuer": "https://idp.example", "issuer_keys": Path("/keys.json")}


def test_remote_address_needs_consent():
    assert Settings(host="192.0.2.1", allow_remote=True, **OWN).host == "192.0.2.1"


@pytest.mark.parametrize("given", [{"allow_remote": True}, OWN])
def test_remote_address_needs_own_issuer(given):
    with pytest.raises(ValueError, match="only a loopback address"):
        Settings(host="192.0.2.1", **given)


def test_localhost_is_loopback():
    assert Settings(host="localhost").host == "localhost"


def test_production_with_own_issuer():
    assert not Settings(environment="production", **OWN).embedded_issuer


def test_every_setting_is_described():
    assert all(field.description for field in Settings.model_fields.values())
