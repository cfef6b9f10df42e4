import hashlib
import json
import traceback
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.delta import READABLE, DeltaConnector
from connectors.location import Location
from data_products.digest import digest
from data_products.errors import ConnectorError, EntrepotError
from tests.connectors.tables import (
    GROSS,
    ID,
    MOVES,
    add,
    beside,
    column,
    commit,
    delta,
    inline,
    metadata,
    protocol,
    remove,
    stored,
)

MODE = "delta.columnMapping.mode"
VECTORS = {"version": 3, "features": ["deletionVectors"]}


def opened(path, version=None):
    return DeltaConnector().open(Location("delta", path, version))


def rows(path, version=None):
    return opened(path, version).read().read_all()


def sized(path, name="a.parquet", **told):
    """The action that adds a stored copy of MOVES, with what else is told of it."""
    action = stored(path, name)["add"]
    return add(action["path"], action["size"], **told)


def test_table_of_delta_rs_is_read(tmp_path):
    write_deltalake(tmp_path, MOVES)
    snapshot = opened(tmp_path)
    assert snapshot.read().read_all() == MOVES
    assert (snapshot.format, snapshot.version, snapshot.names) == ("delta", 0, ())


@pytest.mark.parametrize(("version", "count"), [(0, 4), (1, 8), (2, 6), (None, 6)])
def test_version_is_pinned(tmp_path, version, count):
    write_deltalake(tmp_path, MOVES)
    write_deltalake(tmp_path, MOVES, mode="append")
    DeltaTable(tmp_path).delete("consignee = 'B'")
    assert rows(tmp_path, version).num_rows == count


def test_missing_version_is_refused(tmp_path):
    write_deltalake(tmp_path, MOVES)
    with pytest.raises(ConnectorError, match="versions up to 0, expected version 1"):
        opened(tmp_path, 1)


PARTITIONS = pa.table(
    {
        "text": ["a b/c%d", "", None],
        "day": [date(2026, 1, 1), date(9999, 12, 31), None],
        "at": pa.array(
            [datetime(2026, 1, 1, 5, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")
        ),
        "price": [Decimal("1.50"), Decimal("2.25"), None],
        "flag": [True, False, None],
        "x": [1, 2, 3],
    }
)


@pytest.mark.parametrize("name", ["text", "day", "at", "price", "flag"])
def test_partition_values_come_back(tmp_path, name):
    write_deltalake(tmp_path, PARTITIONS, partition_by=[name])
    expected = PARTITIONS[name].to_pylist()
    expected = [None if value == "" else value for value in expected]
    assert rows(tmp_path).sort_by("x")[name].to_pylist() == expected


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=9)


@settings(max_examples=20)
@given(st.lists(TEXTS, max_size=3))
def test_partition_text_is_any_text(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("table")
    table = pa.table({"p": pa.array(["x*?[", *texts], pa.string()), "x": range(len(texts) + 1)})
    write_deltalake(path, table, partition_by=["p"])
    assert rows(path).sort_by("x")["p"].to_pylist() == [text or None for text in ["x*?[", *texts]]


def test_partition_value_is_the_logs(tmp_path):
    """The folder says otherwise, as does the file itself."""
    action = sized(tmp_path, "consignee=Z/a.parquet", partition={"consignee": "Q"})
    delta(tmp_path, metadata(partition=["consignee"]), action)
    assert rows(tmp_path)["consignee"].to_pylist() == ["Q"] * 4


def test_younger_column_is_null_in_older_files(tmp_path):
    write_deltalake(tmp_path, MOVES)
    more = MOVES.append_column("teu", pa.array([1, 2, 1, 2]))
    write_deltalake(tmp_path, more, mode="append", schema_mode="merge")
    snapshot = opened(tmp_path)
    assert {file.missing for file in snapshot.files} == {(), ("teu",)}
    assert snapshot.read().read_all()["teu"].null_count == 4


@pytest.mark.parametrize("mode", ["name", "none"])
def test_mapped_columns_are_found(tmp_path, mode):
    fields = [column("owner", "string", mapped="consignee", number=1), GROSS | {"metadata": {}}]
    fields[1] = column("mass", "long", mapped="gross_kg", number=2)
    delta(tmp_path, metadata(*fields, **{MODE: mode}), stored(tmp_path), version=2)
    snapshot = opened(tmp_path)
    mapped = (("owner", "consignee"), ("mass", "gross_kg")) if mode == "name" else ()
    assert snapshot.names == mapped
    assert snapshot.read().read_all()["mass"].null_count == (0 if mode == "name" else 4)


@pytest.mark.parametrize("deleted", [(0,), (1, 3), (0, 1, 2, 3)])
@pytest.mark.parametrize("where", ["inline", "beside"])
def test_deleted_rows_are_gone(tmp_path, deleted, where):
    vector = inline(*deleted) if where == "inline" else beside(tmp_path, *deleted)
    delta(tmp_path, sized(tmp_path, vector=vector), **VECTORS)
    snapshot = opened(tmp_path)
    assert snapshot.files[0].deleted == deleted
    assert snapshot.read().read_all().num_rows == 4 - len(deleted)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cardinality": 1}, "delete more or fewer rows"),
        ({"pathOrInlineDv": "0" * 40}, "cannot read"),
        ({"storageType": "p", "pathOrInlineDv": "/etc/passwd"}, "at an absolute path"),
        ({"storageType": "u"}, "."),
    ],
)
def test_damaged_vector_is_refused(tmp_path, changes, said):
    delta(tmp_path, sized(tmp_path, vector=inline(0, 2, **changes)), **VECTORS)
    with pytest.raises(ConnectorError, match=said):
        opened(tmp_path)


def test_missing_vector_is_refused(tmp_path):
    delta(tmp_path, sized(tmp_path, vector=beside(tmp_path, 1)), **VECTORS)
    next(tmp_path.glob("*.bin")).unlink()
    with pytest.raises(ConnectorError, match=r"deletion_vector_.*, expected a regular file"):
        opened(tmp_path)


def test_vector_elsewhere_is_refused(tmp_path, tmp_path_factory):
    vector, elsewhere = beside(tmp_path, 1), tmp_path_factory.mktemp("elsewhere")
    file = next(tmp_path.glob("*.bin"))
    file.rename(elsewhere / file.name)
    file.symlink_to(elsewhere / file.name)
    delta(tmp_path, sized(tmp_path, vector=vector), **VECTORS)
    with pytest.raises(ConnectorError, match="or a link"):
        opened(tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "../secret/a.parquet",
        "%2e%2e/secret/a.parquet",
        "x/../../secret/a.parquet",
        "{secret}/a.parquet",
        "file://{secret}/a.parquet",
        "s3://bucket/a.parquet",
        "http://host/a.parquet",
        "link/a.parquet",
        "link.parquet",
        "absent.parquet",
        "",
        ".",
        "a.parquet%00",
    ],
)
def test_data_file_elsewhere_is_refused(tmp_path, path):
    table, secret = tmp_path / "table", tmp_path / "secret"
    size = stored(secret)["add"]["size"]
    table.mkdir()
    (table / "link").symlink_to(secret)
    (table / "link.parquet").symlink_to(secret / "a.parquet")
    delta(table, add(path.format(secret=secret), size))
    with pytest.raises(ConnectorError, match=r"expected a regular file|no regular file") as caught:
        opened(table)
    assert str(tmp_path) not in f"{caught.value}{caught.value.hint}"


def test_glob_in_a_path_is_refused(tmp_path):
    delta(tmp_path, stored(tmp_path, "p=*/a.parquet"))
    with pytest.raises(ConnectorError, match="expected a plain absolute path"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"version": 4}, "reader version 4"),
        ({"version": 3, "features": ["variantType"]}, "variantType"),
        ({"version": 3, "features": ["typeWidening", "deletionVectors"]}, "typeWidening"),
        ({"version": 3, "features": ["catalogManaged"]}, "catalogManaged"),
        ({"version": 3, "features": ["tomorrow"]}, "tomorrow"),
    ],
)
def test_unreadable_feature_is_named(tmp_path, told, named):
    delta(tmp_path, stored(tmp_path), **told)
    with pytest.raises(ConnectorError, match=f"needs {named}, expected no more than") as caught:
        opened(tmp_path)
    assert "DROP FEATURE" in caught.value.hint


@pytest.mark.parametrize("feature", sorted(READABLE))
def test_readable_features_are_read(tmp_path, feature):
    delta(tmp_path, stored(tmp_path), version=3, features=[feature])
    assert rows(tmp_path) == MOVES


def test_other_file_format_is_named(tmp_path):
    delta(tmp_path, metadata(provider="orc"), stored(tmp_path))
    with pytest.raises(ConnectorError, match="needs files of format 'orc'"):
        opened(tmp_path)


def test_file_of_another_size_is_refused(tmp_path):
    action = stored(tmp_path)
    with (tmp_path / "a.parquet").open("ab") as file:
        file.write(b"x")
    delta(tmp_path, action)
    with pytest.raises(ConnectorError, match=r"found 770 bytes.*expected 769 as the log says"):
        opened(tmp_path)


def test_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_text("x" * 99)
    delta(tmp_path, add("a.parquet", 99))
    with pytest.raises(ConnectorError, match=r"'a\.parquet', which cannot be read"):
        opened(tmp_path)


def test_file_of_another_type_is_refused(tmp_path):
    delta(tmp_path, metadata(column("consignee", "long"), GROSS), stored(tmp_path))
    with pytest.raises(ConnectorError, match=r"'consignee'.*expected int64"):
        opened(tmp_path)


@pytest.mark.parametrize(
    "described",
    [column("a", "nonsense"), column("a", {"type": "array"}), {"name": "a"}, {"name": 5}, 5],
)
def test_schema_that_delta_rs_refuses(tmp_path, described):
    told = metadata()
    told["metaData"]["schemaString"] = json.dumps({"type": "struct", "fields": [described]})
    delta(tmp_path, told)
    with pytest.raises(ConnectorError, match="which delta-rs cannot read"):
        opened(tmp_path)


@pytest.mark.parametrize("path", ["a.parquet", "a%2Eparquet"])
def test_readers_must_agree(tmp_path, path):
    """An action that is two at once, or a path written in two ways, is read in two ways."""
    action = stored(tmp_path)
    delta(tmp_path, action)
    twofold = action if path == "a.parquet" else {}
    commit(tmp_path, 1, twofold | remove(path))
    with pytest.raises(ConnectorError, match="two readers understand differently"):
        opened(tmp_path)


def test_table_without_files_is_empty(tmp_path):
    delta(tmp_path)
    assert rows(tmp_path) == MOVES.schema.empty_table()


@pytest.mark.parametrize("place", ["absent", "file"])
def test_no_folder_is_no_table(tmp_path, place):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConnectorError, match="found no _delta_log"):
        opened(tmp_path / place)


def test_digest_is_the_documented(tmp_path):
    vector, told = inline(1), metadata(partition=["consignee"])
    action = sized(tmp_path, "p%20q/a.parquet", partition={"consignee": None}, vector=vector)
    action["add"]["path"] = "p%2520q/a.parquet"
    delta(tmp_path, told, action, **VECTORS)
    file = {"path": "p%20q/a.parquet", "size": action["add"]["size"]}
    file |= {"partitionValues": {"consignee": None}}
    file |= {"deletionVector": "i" + vector["pathOrInlineDv"]}
    schema = hashlib.sha256(told["metaData"]["schemaString"].encode()).hexdigest()
    whole = {"format": "delta", "table": ID, "version": 0, "schema": schema, "files": [file]}
    assert opened(tmp_path).digest == digest(whole)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: commit(path, 1, '{"commitInfo":{}}'),
        lambda path: commit(path, 1, stored(path, "b.parquet")),
        lambda path: commit(path, 1, remove("a.parquet")),
        lambda path: commit(
            path, 1, metadata(column("consignee", "string"), GROSS, column("n", "long"))
        ),
        lambda path: delta(path, sized(path, vector=inline(1)), **VECTORS),
        lambda path: delta(
            path, metadata() | {"metaData": metadata()["metaData"] | {"id": "other"}}
        ),
    ],
)
def test_digest_follows_every_change(tmp_path, change):
    delta(tmp_path, stored(tmp_path))
    before = opened(tmp_path).digest
    change(tmp_path)
    assert opened(tmp_path).digest != before


def test_protocol_of_a_later_version_counts(tmp_path):
    delta(tmp_path, stored(tmp_path))
    commit(tmp_path, 1, protocol(3, ["tomorrow"]))
    assert rows(tmp_path, 0) == MOVES
    with pytest.raises(ConnectorError, match="tomorrow"):
        opened(tmp_path)


WRITES = {
    "append": lambda path: write_deltalake(path, MOVES, mode="append"),
    "overwrite": lambda path: write_deltalake(path, MOVES.slice(1), mode="overwrite"),
    "delete": lambda path: DeltaTable(path).delete("gross_kg < 8"),
    "update": lambda path: DeltaTable(path).update(
        {"gross_kg": "gross_kg + 1"}, predicate="gross_kg > 6"
    ),
    "compact": lambda path: DeltaTable(path).optimize.compact(),
    "checkpoint": lambda path: DeltaTable(path).create_checkpoint(),
}


@settings(max_examples=12)
@given(st.lists(st.sampled_from(sorted(WRITES)), max_size=6))
def test_every_version_is_what_delta_rs_reads(tmp_path_factory, writes):
    path = tmp_path_factory.mktemp("table")
    write_deltalake(path, MOVES, partition_by=["consignee"])
    for write in writes:
        WRITES[write](path)
    order = [("gross_kg", "ascending"), ("consignee", "ascending")]
    for version in range(DeltaTable(path).version() + 1):
        theirs = pa.table(DeltaTable(path, version=version).scan())
        ours = rows(path, version).sort_by(order)
        assert ours == theirs.select(ours.column_names).cast(ours.schema).sort_by(order)


def test_error_says_no_value(tmp_path):
    fields = metadata(column("consignee", "integer"), partition=["consignee"])
    delta(tmp_path, fields, sized(tmp_path, partition={"consignee": "SECRET"}))
    with pytest.raises(ConnectorError) as caught:
        opened(tmp_path)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


@given(st.integers(0, 10**6), st.integers(0, 30), st.binary(max_size=4))
def test_damaged_log_is_never_a_foreign_error(tmp_path_factory, start, length, put):
    path = tmp_path_factory.mktemp("table")
    delta(path, metadata(partition=["consignee"]), sized(path, partition={"consignee": "A"}))
    log = path / "_delta_log" / f"{0:020}.json"
    content = log.read_bytes()
    start %= len(content)
    log.write_bytes(content[:start] + put + content[start + length :])
    with suppress(EntrepotError):
        assert rows(path).num_rows in {0, 4}
