import subprocess
import sys
from pathlib import Path

import pytest

import entrepot

SERVER = ("data_products", "catalog", "clean_room", "connectors", "policies", "marketplace_api")
HEAVY = ("pyarrow", "pandas", "numpy", "fastapi", "duckdb", "sqlalchemy", "rich", "cyclopts")


def test_everything_exported_is_there():
    assert all(getattr(entrepot, name) is not None for name in entrepot.__all__)


def test_exported_names_are_sorted():
    constants = [name for name in entrepot.__all__ if name.isupper()]
    classes = [name for name in entrepot.__all__ if name[0].isupper() and not name.isupper()]
    functions = [name for name in entrepot.__all__ if name[0].islower()]
    assert entrepot.__all__ == [*sorted(constants), *sorted(classes), *sorted(functions)]


def test_completion_offers_exports():
    assert set(entrepot.__all__) <= set(dir(entrepot))


def test_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="'entrepot' has no attribute 'Klient'"):
        entrepot.Klient  # noqa: B018 - looking is the point


def test_importing_everything_loads_nothing_heavy():
    code = (
        "import sys, entrepot; [getattr(entrepot, name) for name in entrepot.__all__]; "
        f"print([name for name in {HEAVY + SERVER} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout == b"[]\n"


@pytest.mark.parametrize("package", ["entrepot", *SERVER])
def test_package_says_that_it_is_typed(package):
    assert (Path(entrepot.__file__).parents[1] / package / "py.typed").is_file()


def test_no_server_package_is_imported():
    sources = Path(entrepot.__file__).parent.rglob("*.py")
    lines = [line for source in sources for line in source.read_text().splitlines()]
    imports = [
        line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))
    ]
    assert not set(imports) & set(SERVER)
