"""The real declarations are read strictly, and faulty files are refused by name."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from data_products.errors import ConnectorError
from data_products.odcs import load
from data_products.schema import conform
from marketplace_api.demo import declarations_kr
from marketplace_api.demo.declarations_kr import FILES
from tests.marketplace_api.demo.korea import HEAD, line


@pytest.fixture
def folder(tmp_path):
    """A directory with the three files, a row in each."""
    for name in FILES:
        (tmp_path / name).write_text(HEAD + line(), encoding="utf-8")
    return tmp_path


def with_row(folder, row):
    """The declarations when one file holds that row instead."""
    (folder / FILES[1]).write_text(HEAD + row, encoding="utf-8")
    return declarations_kr.read(folder).slice(1, 1).to_pylist()[0]


def test_three_files_make_one_table(folder):
    assert declarations_kr.read(folder).num_rows == 3


def test_columns_are_plain(folder):
    row = declarations_kr.read(folder).to_pylist()[0]

    assert (row["date"], row["importer_id"], row["fraud"]) == (date(2020, 1, 31), "Y3OM027", 1)
    assert (row["hs2"], row["hs4"], row["hs6"]) == ("03", "0306", "030617")


def test_short_codes_are_padded(folder):
    row = with_row(folder, line(hs6="30617"))

    assert (row["hs2"], row["hs6"]) == ("03", "030617")


def test_namibia_is_no_null(folder):
    assert with_row(folder, line())["origin"] == "NA"


def test_missing_seller_is_null(folder):
    assert with_row(folder, line(seller=""))["seller_id"] is None


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("0.0", 0),
        ("73.72000000000001", 7372),
        ("824.4999999999999", 82450),
        ("7045682000.0", 704568200000),
    ],
)
def test_values_are_rounded_to_cents(written, cents, folder):
    assert with_row(folder, line(price=written))["item_value"] == Decimal(cents).scaleb(-2)


def test_contract_fits_rows(folder):
    table = declarations_kr.read(folder)
    contract = load(declarations_kr.document(table))

    conform(table.schema, contract)
    assert contract.product == "customs-kr.import_declarations"


@pytest.mark.parametrize(
    ("column", "keys"), [("hs2", 99), ("origin", 251), ("office", 1), ("date", 18)]
)
def test_domain_is_declared(column, keys, folder):
    contract = load(declarations_kr.document(declarations_kr.read(folder)))

    assert len(contract.column(column).grid.keys()) == keys


def test_table_is_written(folder, tmp_path):
    table = declarations_kr.read(folder)

    declarations_kr.write(table, tmp_path / "customs-kr" / "import_declarations")

    written = DeltaTable(tmp_path / "customs-kr" / "import_declarations").to_pyarrow_table()
    assert pa.table(written).num_rows == 3


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(name, folder):
    (folder / name).unlink()

    with pytest.raises(ConnectorError, match=name):
        declarations_kr.read(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe nothing like a table",
        HEAD.replace("Importer ID", "Importeur").encode() + line().encode(),
        (HEAD + line()[:40]).encode(),
        (HEAD + line(price="much")).encode(),
        (HEAD + line(hs6="0306-7")).encode(),
        (HEAD + line(hs6="")).encode(),
        HEAD.encode(),
        (HEAD + line(price="NaN")).encode(),
    ],
    ids=["empty", "binary", "column", "cut", "number", "code", "uncoded", "rowless", "nan"],
)
def test_corrupt_file_is_named(content, folder):
    (folder / FILES[2]).write_bytes(content)

    with pytest.raises(ConnectorError, match=FILES[2]) as refused:
        declarations_kr.read(folder)
    assert "LPA7LKZ" not in str(refused.value)


def test_directory_in_files_place_is_named(folder):
    (folder / FILES[0]).unlink()
    (folder / FILES[0]).mkdir()

    with pytest.raises(ConnectorError, match=FILES[0]):
        declarations_kr.read(folder)
