import pyarrow as pa
import pytest
from pyarrow import parquet

from connectors.delta_actions import Add, Replay
from connectors.delta_columns import constants, missing, read_columns
from connectors.opening import regular
from data_products.errors import ConnectorError
from tests.connectors.tables import column, metadata

MODE = "delta.columnMapping.mode"
UTC = pa.timestamp("us", "UTC")


def described(schema, *fields, **told):
    """The columns of a table with that Arrow schema, of which the log tells those fields."""
    state = Replay()
    state.apply(metadata(*(fields or [column(name, "long") for name in schema.names]), **told), "0")
    return read_columns(state.metadata, schema)


def partitioned(kind, text):
    """The constant of a file in a table that is partitioned by a column of the type."""
    columns = described(pa.schema([("p", kind)]), partition=["p"])
    ((name, value),) = constants(Add("a", 1, {"p": text}, None), columns)
    assert name == "p"
    return value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (pa.string(), "a b/c", "a b/c"),
        (pa.string(), None, None),
        (pa.string(), "", None),
        (pa.int32(), "-7", "-7"),
        (pa.int32(), "", None),
        (pa.bool_(), "true", "true"),
        (pa.date32(), "2026-01-01", "2026-01-01"),
        (pa.decimal128(9, 2), "1.50", "1.50"),
        (pa.timestamp("us"), "2026-01-01 10:00:00", "2026-01-01 10:00:00"),
        (UTC, "2026-01-01 10:00:00.5", "2026-01-01 10:00:00.5Z"),
        (UTC, "2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"),
        (UTC, "2026-01-01 10:00:00+02:00", "2026-01-01 10:00:00+02:00"),
        (UTC, None, None),
    ],
)
def test_partition_value_is_text_that_casts(kind, text, value):
    assert partitioned(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (pa.int32(), "x"),
        (pa.int8(), "300"),
        (pa.date32(), "2026-02-30"),
        (pa.decimal128(9, 2), "1.505"),
        (UTC, "soon"),
        (pa.binary(), "x"),
    ],
)
def test_partition_value_of_another_type_is_refused(kind, text):
    with pytest.raises(ConnectorError, match="column 'p'") as caught:
        partitioned(kind, text)
    assert text not in str(caught.value).replace("expected", "")


@pytest.mark.parametrize("values", [{}, {"q": "1"}, {"p": "1", "q": "1"}])
def test_partition_values_are_those_declared(values):
    columns = described(pa.schema([("p", pa.int64())]), partition=["p"])
    with pytest.raises(ConnectorError, match="partition values of other columns"):
        constants(Add("a", 1, values, None), columns)


def test_partition_column_must_exist():
    with pytest.raises(ConnectorError, match="1 partition columns, expected"):
        described(pa.schema([("p", pa.int64())]), partition=["q"])


MAPPED = (column("p", "long", mapped="col-1", number=1), column("x", "long", mapped="x", number=2))
BOTH = pa.schema([("p", pa.int64()), ("x", pa.int64())])


@pytest.mark.parametrize("mode", ["name", "id"])
def test_mapped_columns_have_two_names(mode):
    columns = described(BOTH, *MAPPED, partition=["p"], **{MODE: mode})
    assert columns.renamed == (("p", "col-1"),)
    assert constants(Add("a", 1, {"col-1": "7"}, None), columns) == (("p", "7"),)


def test_names_are_not_mapped_without_the_mode():
    assert described(BOTH, *MAPPED).renamed == ()


@pytest.mark.parametrize("mode", ["Name", "none ", "5"])
def test_unknown_mapping_is_refused(mode):
    with pytest.raises(ConnectorError, match="found column mapping"):
        described(BOTH, *MAPPED, **{MODE: mode})


@pytest.mark.parametrize("mode", ["name", "id"])
def test_mapping_without_a_name_is_refused(mode):
    with pytest.raises(ConnectorError, match="found a column without a mapped"):
        described(BOTH, *MAPPED[:1], column("x", "long"), **{MODE: mode})


def test_nested_columns_under_mapping_are_left_out():
    nested = pa.schema([*BOTH, pa.field("n", pa.struct([("a", pa.int64())]))])
    columns = described(nested, *MAPPED, column("n", "long", mapped="n"), **{MODE: "name"})
    assert columns.schema == BOTH


def stored(path, field, **mapping):
    """What a file that stores the field lacks of a table with a column `x` of 64-bit integers."""
    parquet.write_table(pa.schema([field]).empty_table(), path / "a.parquet")
    columns = described(pa.schema([("x", pa.int64())]), MAPPED[1], **mapping)
    return missing(regular(path, "a.parquet"), columns)


@pytest.mark.parametrize(
    ("name", "kind", "absent"),
    [
        ("x", pa.int64(), ()),
        ("x", pa.int8(), ()),
        ("y", pa.int64(), ("x",)),
        ("X", pa.int64(), ("x",)),
    ],
)
def test_absent_column_is_told(tmp_path, name, kind, absent):
    assert stored(tmp_path, pa.field(name, kind)) == absent


@pytest.mark.parametrize(
    ("number", "same"), [(b"2", True), (b"3", False), (None, False)], ids=["same", "other", "none"]
)
def test_field_id_must_agree(tmp_path, number, same):
    field = pa.field("x", pa.int64(), metadata=number and {b"PARQUET:field_id": number})
    if same:
        assert stored(tmp_path, field, **{MODE: "id"}) == ()
    else:
        with pytest.raises(ConnectorError, match="found another field id for column 'x'"):
            stored(tmp_path, field, **{MODE: "id"})


def test_column_that_may_not_be_null_is_required(tmp_path):
    parquet.write_table(pa.table({"y": [1]}), tmp_path / "a.parquet")
    columns = described(pa.schema([pa.field("x", pa.int64(), nullable=False)]))
    with pytest.raises(ConnectorError, match="found none for column 'x'"):
        missing(regular(tmp_path, "a.parquet"), columns)


LIST = pa.list_(pa.int64())


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (pa.int32(), pa.int64()),
        (pa.float32(), pa.float64()),
        (pa.decimal128(9, 2), pa.decimal128(18, 2)),
        (pa.timestamp("us"), UTC),
        (pa.timestamp("ms", "UTC"), UTC),
        (pa.timestamp("ms"), pa.timestamp("us")),
        (pa.large_string(), pa.string()),
        (pa.bool_(), pa.bool_()),
        (LIST, LIST),
    ],
)
def test_stored_type_may_stand(tmp_path, found, wanted):
    assert fits(tmp_path, found, wanted)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (pa.int64(), pa.int32()),
        (pa.uint32(), pa.int64()),
        (pa.string(), pa.int64()),
        (pa.int64(), pa.float64()),
        (pa.float64(), pa.float32()),
        (pa.float64(), pa.int64()),
        (pa.decimal128(9, 3), pa.decimal128(18, 2)),
        (pa.decimal128(19, 2), pa.decimal128(18, 2)),
        (pa.int64(), pa.decimal128(18, 2)),
        (UTC, pa.timestamp("us")),
        (pa.date32(), UTC),
        (pa.int64(), pa.string()),
        (pa.binary(), pa.string()),
        (pa.string(), LIST),
    ],
)
def test_stored_type_may_not_stand(tmp_path, found, wanted):
    with pytest.raises(ConnectorError, match="for column 'x' in a data file, expected"):
        fits(tmp_path, found, wanted)


def fits(path, found, wanted):
    """Whether a file with a column of one type is accepted for another."""
    parquet.write_table(pa.schema([("x", found)]).empty_table(), path / "a.parquet")
    return missing(regular(path, "a.parquet"), described(pa.schema([("x", wanted)]))) == ()
