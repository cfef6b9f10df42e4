from dataclasses import replace

import pyarrow as pa
import pytest

from data_products.column import Column, ColumnType, Use
from data_products.errors import SchemaMismatchError
from data_products.grid import Grid
from data_products.schema import arrow_schema, arrow_type, conform
from tests.data_products.examples import ARRIVED, CARRIER, COLUMNS, FLAG, GROSS, contract

PROMISED = arrow_schema(contract())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ColumnType.STRING, pa.string()),
        (ColumnType.INTEGER, pa.int64()),
        (ColumnType.NUMBER, pa.decimal128(18, 0)),
        (ColumnType.BOOLEAN, pa.bool_()),
        (ColumnType.DATE, pa.date32()),
        (ColumnType.TIMESTAMP, pa.timestamp("us")),
    ],
)
def test_types_are_the_agreed(kind, expected):
    assert arrow_type(Column("a", kind, Use.NEVER)) == expected


def test_scale_is_in_the_type():
    assert PROMISED.field("gross_kg").type == pa.decimal128(18, 2)


def test_schema_speaks_physical_names():
    assert PROMISED.names == ["carrier", "Flag State", "berth", "arrived", "gross_kg"]
    assert [field.nullable for field in PROMISED] == [False, True, True, True, False]


def test_promised_schema_conforms():
    assert conform(PROMISED, contract()) is None


def test_more_columns_conform():
    more = pa.schema([pa.field("remarks", pa.list_(pa.string())), *reversed(list(PROMISED))])
    assert conform(more, contract()) is None


def test_text_may_stand_for_all():
    text = pa.schema([pa.field(name, pa.string()) for name in PROMISED.names])
    assert conform(text, contract()) is None


def test_every_lack_is_named():
    schema = pa.schema([("carrier", pa.binary()), ("berth", pa.string()), ("arrived", pa.date32())])
    with pytest.raises(SchemaMismatchError) as caught:
        conform(schema, contract())
    assert str(caught.value) == (
        "beanr.port_calls: carrier: found type binary, expected string (string); "
        "Flag State: found no columns of that name, expected one string (string); "
        "gross_kg: found no columns of that name, expected one number (decimal128(18, 2))"
    )


def test_column_given_twice_is_refused():
    with pytest.raises(SchemaMismatchError, match="carrier: found 2 columns"):
        conform(pa.schema([*PROMISED, pa.field("carrier", pa.string())]), contract())


def test_case_of_names_counts():
    schema = pa.schema([field.with_name(field.name.upper()) for field in PROMISED])
    with pytest.raises(SchemaMismatchError, match="found no columns"):
        conform(schema, contract())


def found_as(column, kind):
    """A contract with that column, and a schema that keeps it but for the column's type."""
    others = [each for each in COLUMNS if each.name != column.name]
    made = contract(columns=(*others, column))
    kept = [field for field in arrow_schema(made) if field.name != column.physical_name]
    return pa.schema([*kept, pa.field(column.physical_name, kind)]), made


WHOLE = replace(GROSS, type=ColumnType.INTEGER, scale=0)
TRUTH = replace(FLAG, type=ColumnType.BOOLEAN, grid=Grid())
DAY = Column("day", ColumnType.DATE, Use.NEVER)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (CARRIER, pa.large_string()),
        (CARRIER, pa.string_view()),
        (CARRIER, pa.dictionary(pa.int32(), pa.string())),
        (CARRIER, pa.int32()),
        (GROSS, pa.int16()),
        (GROSS, pa.float64()),
        (GROSS, pa.decimal128(38, 9)),
        (WHOLE, pa.bool_()),
        (WHOLE, pa.decimal128(18, 0)),
        (TRUTH, pa.bool_()),
        (ARRIVED, pa.timestamp("ns")),
        (ARRIVED, pa.timestamp("us", "UTC")),
        (ARRIVED, pa.date32()),
        (DAY, pa.date64()),
    ],
)
def test_type_may_stand(column, kind):
    assert conform(*found_as(column, kind)) is None


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (CARRIER, pa.float64()),
        (CARRIER, pa.bool_()),
        (GROSS, pa.bool_()),
        (GROSS, pa.timestamp("us")),
        (WHOLE, pa.decimal128(18, 1)),
        (WHOLE, pa.float32()),
        (TRUTH, pa.int8()),
        (ARRIVED, pa.timestamp("us", "Europe/Brussels")),
        (ARRIVED, pa.int64()),
        (DAY, pa.timestamp("s")),
        (DAY, pa.null()),
    ],
)
def test_type_may_not_stand(column, kind):
    with pytest.raises(SchemaMismatchError, match=r"found type .*, expected ") as caught:
        conform(*found_as(column, kind))
    assert str(caught.value).count("found") == 1
