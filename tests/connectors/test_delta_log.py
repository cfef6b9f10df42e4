import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyarrow import parquet

from connectors.delta_log import LARGEST_COMMIT, replay
from data_products.errors import ConnectorError
from tests.connectors.tables import MOVES, add, commit, delta, inline, metadata, protocol, remove

VALUES = pa.map_(pa.string(), pa.string())
ADD = pa.struct([("path", pa.string()), ("partitionValues", VALUES), ("size", pa.int64())])
TWO = (add("a", 1), add("b", 2))


def paths(table):
    return [file.path for file in table.files]


@pytest.fixture
def table(tmp_path):
    """Versions 0 to 3: a and b, then c for a, then nothing, then d."""
    delta(tmp_path, *TWO)
    commit(tmp_path, 1, remove("a"), add("c", 3))
    commit(tmp_path, 2, '{"commitInfo":{}}', "")
    commit(tmp_path, 3, add("d", 4))
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "version", "files"),
    [(None, 3, "bcd"), (0, 0, "ab"), (1, 1, "bc"), (2, 2, "bc"), (3, 3, "bcd")],
)
def test_version_holds_its_files(table, wanted, version, files):
    found = replay(table, wanted)
    assert (found.version, paths(found)) == (version, [*files])


@pytest.mark.parametrize("wanted", [4, 10**18 - 1])
def test_missing_version_is_named(table, wanted):
    with pytest.raises(ConnectorError, match=f"up to 3, expected version {wanted}") as caught:
        replay(table, wanted)
    assert "?version=3" in caught.value.hint


def test_gap_in_the_log_is_refused(table):
    (table / "_delta_log" / f"{1:020}.json").unlink()
    with pytest.raises(ConnectorError, match="found no commit of version 1"):
        replay(table, None)


def test_log_without_beginning_is_refused(table):
    (table / "_delta_log" / f"{0:020}.json").unlink()
    with pytest.raises(ConnectorError, match="found no commit of version 0"):
        replay(table, None)


def test_folder_without_log_is_no_table(tmp_path):
    with pytest.raises(ConnectorError, match="found no _delta_log") as caught:
        replay(tmp_path, None)
    assert "parquet:" in caught.value.hint


def test_empty_log_is_no_table(tmp_path):
    (tmp_path / "_delta_log").mkdir()
    with pytest.raises(ConnectorError, match="found no version"):
        replay(tmp_path, None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"add":{"path":"x","si', "line 2: found no JSON object"),
        ("[]", "line 2: found no JSON object"),
        ("\0\0\0", "line 2: found no JSON object"),
        ('{"add":{"path":5}}', "add.partitionValues: found nothing"),
    ],
)
def test_garbled_commit_names_the_line(table, line, said):
    commit(table, 4, add("e", 5), line)
    with pytest.raises(ConnectorError, match=f"{4:020}.json.*{said}"):
        replay(table, None)


def test_truncated_commit_is_refused(table):
    last = table / "_delta_log" / f"{3:020}.json"
    last.write_text(last.read_text()[:-20])
    with pytest.raises(ConnectorError, match="line 1: found no JSON object"):
        replay(table, None)


def test_damage_after_the_version_is_not_met(table):
    commit(table, 4, "garbage")
    assert replay(table, 3).version == 3


@pytest.mark.parametrize("action", [metadata(), protocol()])
def test_half_told_table_is_refused(tmp_path, action):
    commit(tmp_path, 0, action)
    with pytest.raises(ConnectorError, match="found no metaData or no protocol"):
        replay(tmp_path, None)


def test_file_twice_is_refused(tmp_path):
    delta(tmp_path, add("a", 1), add("a", 1, vector=inline(1)))
    with pytest.raises(ConnectorError, match="part of the table twice"):
        replay(tmp_path, None)


def test_link_in_the_log_is_refused(table, tmp_path_factory):
    other = delta(tmp_path_factory.mktemp("other"), *TWO)
    name = f"_delta_log/{4:020}.json"
    (table / name).symlink_to(other / f"_delta_log/{0:020}.json")
    with pytest.raises(ConnectorError, match="or a link"):
        replay(table, None)


def test_log_elsewhere_is_refused(tmp_path, tmp_path_factory):
    other = delta(tmp_path_factory.mktemp("other"), *TWO)
    (tmp_path / "_delta_log").symlink_to(other / "_delta_log")
    with pytest.raises(ConnectorError, match="found no _delta_log"):
        replay(tmp_path, None)


def test_endless_commit_is_refused(table):
    """It takes no room on the disk."""
    with (table / "_delta_log" / f"{4:020}.json").open("wb") as hollow:
        hollow.truncate(LARGEST_COMMIT + 1)
    with pytest.raises(ConnectorError, match=f"expected at most {LARGEST_COMMIT} bytes"):
        replay(table, None)


@pytest.fixture
def checkpointed(tmp_path):
    """Twelve versions by delta-rs, of which the first eleven are only in a checkpoint."""
    for i in range(12):
        write_deltalake(tmp_path, MOVES, mode="append", partition_by=["consignee"])
        if i == 10:
            DeltaTable(tmp_path).create_checkpoint()
    for i in range(11):
        (tmp_path / "_delta_log" / f"{i:020}.json").unlink()
    return tmp_path


def test_checkpoint_is_the_beginning(checkpointed):
    found = replay(checkpointed, None)
    theirs = DeltaTable(checkpointed).get_add_actions()
    assert paths(found) == sorted(theirs.column("path").to_pylist())
    assert {file.partition["consignee"] for file in found.files} == {"A", "B", None}


def test_version_under_the_checkpoint_is_gone(checkpointed):
    with pytest.raises(ConnectorError, match="found no commit of version 0"):
        replay(checkpointed, 9)


def test_truncated_checkpoint_is_refused(checkpointed):
    path = checkpointed / "_delta_log" / f"{10:020}.checkpoint.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ConnectorError, match="checkpoint"):
        replay(checkpointed, None)


def test_map_with_a_key_twice_is_refused(checkpointed):
    twice = [{"path": "a", "partitionValues": [("x", "1"), ("x", "2")], "size": 1}]
    table = pa.table({"add": pa.array(twice, ADD)})
    parquet.write_table(table, checkpointed / "_delta_log" / f"{10:020}.checkpoint.parquet")
    with pytest.raises(ConnectorError, match="expected a Delta checkpoint"):
        replay(checkpointed, None)


@pytest.mark.parametrize(("parts", "whole"), [((1, 2), True), ((1,), False), ((2,), False)])
def test_checkpoint_needs_all_parts(checkpointed, parts, whole):
    log = checkpointed / "_delta_log"
    single = log / f"{10:020}.checkpoint.parquet"
    rows = parquet.read_table(single)
    for part in parts:
        half = rows.slice(0, 9) if part == 1 else rows.slice(9)
        parquet.write_table(half, log / f"{10:020}.checkpoint.{part:010}.{2:010}.parquet")
    expected = paths(replay(checkpointed, 10))
    single.unlink()
    if whole:
        assert paths(replay(checkpointed, 10)) == expected
    else:
        with pytest.raises(ConnectorError, match="found no commit of version 0"):
            replay(checkpointed, 10)


def sidecarred(table, sidecar):
    """The table with its version 3 in a JSON checkpoint that names a sidecar."""
    log = table / "_delta_log"
    actions = [protocol(3, ["v2Checkpoint"]), metadata(), {"sidecar": {"path": sidecar}}]
    made = commit(table, 9, *actions, add("in-line", 1))
    made.rename(log / f"{3:020}.checkpoint.{'0' * 8}-0000-0000-0000-{'0' * 12}.json")
    for version in range(4):
        (log / f"{version:020}.json").unlink()


def test_sidecar_holds_the_files(table):
    (table / "_delta_log" / "_sidecars").mkdir()
    files = pa.Table.from_pylist([*TWO], schema=pa.schema([("add", ADD)]))
    parquet.write_table(files, table / "_delta_log" / "_sidecars" / "s.parquet")
    sidecarred(table, "s.parquet")
    assert paths(replay(table, None)) == ["a", "b", "in-line"]


@pytest.mark.parametrize("sidecar", ["../../../secret.json", "/etc/passwd", "absent.parquet"])
def test_sidecar_elsewhere_is_refused(table, sidecar):
    sidecarred(table, sidecar)
    with pytest.raises(ConnectorError, match="expected a regular file"):
        replay(table, None)
