"""54,000 import declarations, synthesised from those of Korea Customs Service, as a product.

The files are not ours to ship: a directory that holds the three of them is named by whoever starts
the demo. They are read whole and strictly, and written as one Delta table under plain names.
"""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import write_deltalake
from pyarrow import csv

from data_products.errors import ConnectorError
from data_products.parties import ProductId
from marketplace_api.demo import documents
from marketplace_api.demo.codes import COUNTRIES

PRODUCT = ProductId("customs-kr.import_declarations")
FILES = tuple(f"df_syn_{part}_eng.csv" for part in ("train", "valid", "test"))

TEXT, FLAG = pa.string(), pa.int64()
MONEY, TENTHS = pa.decimal128(18, 2), pa.decimal128(18, 1)
# Numbers as they are written: some were floats once, and say 35.910000000000004.
WRITTEN = pa.decimal128(38, 18)

# Our columns, each with its name in the files and the type that it is read as.
COLUMNS: Mapping[str, tuple[str, pa.DataType]] = {
    "declaration_id": ("Declaration ID", TEXT),
    "date": ("Date", pa.date32()),
    "office": ("Office ID", TEXT),
    "process_type": ("Process Type", TEXT),
    "import_type": ("Import Type", TEXT),
    "mode": ("Mode of Transport", TEXT),
    "declarant_id": ("Declarant ID", TEXT),
    "importer_id": ("Importer ID", TEXT),
    "seller_id": ("Seller ID", TEXT),
    "hs6": ("HS6 Code", TEXT),
    "departure": ("Country of Departure", TEXT),
    "origin": ("Country of Origin", TEXT),
    "tax_rate": ("Tax Rate", TENTHS),
    "net_mass_kg": ("Net Mass", TENTHS),
    "item_value": ("Item Price", MONEY),
    "fraud": ("Fraud", FLAG),
    "critical_fraud": ("Critical Fraud", FLAG),
}

CHAPTERS = tuple(f"{chapter:02d}" for chapter in range(1, 100))
# Columns whose codes are the provider's own; it lists those that it uses.
OWN_CODES = ("office", "process_type", "import_type", "mode")


def read(directory: Path) -> pa.Table:
    """The declarations of all three files.

    Raises:
        ConnectorError: a file is missing, or is not what it must be; the message names it.
    """
    return pa.concat_tables([_read(directory / name) for name in FILES])


def write(table: pa.Table, path: Path) -> None:
    """Writes the declarations as a new Delta table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_deltalake(path, table, mode="error")


def document(table: pa.Table) -> str:
    """The ODCS document of the declarations: public lists of codes, and the provider's own."""
    # Offices and procedures are the provider's published code lists, not facts about importers.
    own = {f"kr_{name}s": sorted(pc.unique(table[name]).to_pylist()) for name in OWN_CODES}
    listed = {"kr_hs2": CHAPTERS, "kr_countries": COUNTRIES}
    return documents.filled("import_declarations_kr", PRODUCT, {**own, **listed})


def _read(path: Path) -> pa.Table:
    """The declarations of one file."""
    # Only an empty field is missing: NA is Namibia.
    options = csv.ConvertOptions(
        column_types={
            name: WRITTEN if pa.types.is_decimal(kind) else kind for name, kind in COLUMNS.values()
        },
        include_columns=[name for name, _ in COLUMNS.values()],
        null_values=[""],
        strings_can_be_null=True,
    )
    try:
        found = csv.read_csv(path, convert_options=options)
    except FileNotFoundError:
        raise ConnectorError(
            f"{path.name}: found no such file, expected {', '.join(FILES)}",
            hint="name the directory that holds the three files of customs_kr",
        ) from None
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError):
        # Arrow's own message may quote a line of the file.
        raise _unreadable(path) from None
    return _plain(found, path)


def _plain(found: pa.Table, path: Path) -> pa.Table:
    """The file's table under our names, its HS codes six digits long and cut to four and two."""
    named = pa.table(
        {name: _rounded(found[theirs], kind) for name, (theirs, kind) in COLUMNS.items()}
    )
    hs6 = pc.utf8_lpad(named["hs6"], 6, "0")
    # A file without rows fails here too: it is not what was asked for.
    if not pc.all(pc.match_substring_regex(hs6, "^[0-9]{6}$")).as_py():
        raise _unreadable(path)
    place = named.column_names.index("hs6")
    return (
        named.set_column(place, "hs6", hs6)
        .add_column(place, "hs4", pc.utf8_slice_codeunits(hs6, 0, 4))
        .add_column(place, "hs2", pc.utf8_slice_codeunits(hs6, 0, 2))
    )


def _rounded(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """A column of numbers rounded to the digits of its type; any other as it is."""
    if not pa.types.is_decimal(kind):
        return column
    return pc.round(column, kind.scale).cast(kind)


def _unreadable(path: Path) -> ConnectorError:
    """The error for a file that is there and is not what it must be."""
    return ConnectorError(
        f"{path.name}: found something else than declarations, expected a CSV file of "
        + ", ".join(name for name, _ in COLUMNS.values()),
        hint="fetch the file again; it must be complete",
    )
