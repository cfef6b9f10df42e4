import sys

import pytest

from connectors.parquet import ParquetConnector
from data_products import plugins
from data_products.errors import ConfigurationError

METADATA = "Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n"


@pytest.fixture
def installed_by(tmp_path):
    """Installs a distribution with an entry point of a group that nobody has asked for yet."""

    def install(group, target):
        information = tmp_path / "strange-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(METADATA)
        (information / "entry_points.txt").write_text(f"[entrepot.{group}]\nodd = {target}\n")

    sys.path.append(str(tmp_path))
    yield install
    sys.path.remove(str(tmp_path))


@pytest.mark.parametrize("name", ["csv", "delta", "parquet"])
def test_builtin_connectors_are_installed(name):
    assert name in plugins.installed("connectors")


def test_builtin_takes_the_same_road():
    assert plugins.load("connectors", "parquet") is ParquetConnector


def test_foreign_plugin_is_found(installed_by):
    installed_by("found", "fractions:Fraction")
    assert plugins.load("found", "odd").__name__ == "Fraction"


@pytest.mark.parametrize(
    ("group", "target"), [("gone", "no_such_module:Thing"), ("bare", "fractions:NoSuchThing")]
)
def test_broken_plugin_is_a_configuration_error(installed_by, group, target):
    installed_by(group, target)
    with pytest.raises(ConfigurationError, match="cannot be imported") as caught:
        plugins.load(group, "odd")
    assert "entrepot[server]" in caught.value.hint


def test_unknown_plugin_names_the_known():
    with pytest.raises(ConfigurationError, match="is called 'oracle'") as caught:
        plugins.load("connectors", "oracle")
    assert "csv, delta, parquet" in caught.value.hint


def test_group_without_plugins_says_none():
    with pytest.raises(ConfigurationError) as caught:
        plugins.load("no_such_group", "x")
    assert caught.value.hint.startswith("installed: none")
