import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from connectors.delta import DeltaConnector
from connectors.location import Location
from connectors.snapshot import connect
from entrepot.errors import SnapshotError
from entrepot.snapshots import DeltaLog, check_table

ROWS = pa.table({"port": ["a b", "c%d", None], "n": [1, 2, 3]})


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A partitioned Delta table of six versions, with a checkpoint at version 3."""
    place = tmp_path_factory.mktemp("delta") / "t"
    for version in range(6):
        write_deltalake(place, ROWS, mode="append", partition_by=["port"])
        if version == 3:
            DeltaTable(place).create_checkpoint()
    return place


@pytest.fixture
def table(made, tmp_path):
    """A copy of the table, to damage."""
    return Path(shutil.copytree(made, tmp_path / "t"))


def stated(table, version, product="p.t"):
    """A statement as the service makes it: with its own reading of the table."""
    snapshot = DeltaConnector().open(Location("delta", table, version))
    return {"products": [entry(product, snapshot.version, snapshot.digest)]}


def entry(product, version, digest):
    return {"product": product, "snapshot": {"version": version, "digest": digest}}


def commit(table, version):
    return table / "_delta_log" / f"{version:020}.json"


def rewrite(path, change):
    """Changes each action of a commit."""
    actions = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(change(action)) + "\n" for action in actions))


@pytest.mark.parametrize("version", range(6))
def test_two_readings_agree(table, version):
    assert check_table(stated(table, version), table) == f"p.t version {version}"


def test_deleted_and_compacted_files_are_gone(table):
    DeltaTable(table).delete("n = 2")
    DeltaTable(table).optimize.compact()
    newest = DeltaTable(table).version()
    assert check_table(stated(table, newest), table) == f"p.t version {newest}"


@pytest.mark.parametrize("version", [3, 5])
def test_checkpoint_stands_for_lost_commits(table, version):
    statement = stated(table, version)
    for old in range(4):
        commit(table, old).unlink()
    assert check_table(statement, table) == f"p.t version {version}"


def split_checkpoint(table):
    """Writes the checkpoint again in three parts."""
    log = table / "_delta_log"
    whole = log / f"{3:020}.checkpoint.parquet"
    actions = pq.read_table(whole)
    third = -(-actions.num_rows // 3)
    for part in range(3):
        name = f"{3:020}.checkpoint.{part + 1:010}.{3:010}.parquet"
        pq.write_table(actions.slice(part * third, third), log / name)
    whole.unlink()


def test_checkpoint_in_parts_is_read(table):
    statement = stated(table, 5)
    split_checkpoint(table)
    for old in range(4):
        commit(table, old).unlink()
    assert check_table(statement, table) == "p.t version 5"


def test_incomplete_checkpoint_is_passed_over(table):
    statement = stated(table, 5)
    split_checkpoint(table)
    next(table.glob("_delta_log/*.checkpoint.0000000002.*")).unlink()
    assert check_table(statement, table) == "p.t version 5"
    commit(table, 0).unlink()
    with pytest.raises(SnapshotError, match="there is no commit 0"):
        check_table(statement, table)


def test_deletion_vector_is_part_of_file(table):
    vector = {"storageType": "u", "pathOrInlineDv": "ab^-aqEH.-t@S}K{vb[*k^", "offset": 4}
    before = DeltaLog(table).state(5)
    added = next(
        action["add"]
        for action in map(json.loads, commit(table, 5).read_text().splitlines())
        if "add" in action
    )
    lines = [{"remove": {"path": added["path"]}}, {"add": {**added, "deletionVector": vector}}]
    commit(table, 6).write_text("\n".join(map(json.dumps, lines)))
    after = DeltaLog(table).state(6)
    vectors = [file["deletionVector"] for file in after.files if file["deletionVector"]]
    assert (vectors, len(after.files)) == (["uab^-aqEH.-t@S}K{vb[*k^@4"], len(before.files))


def fault(statement, table):
    """What the check says."""
    with pytest.raises(SnapshotError) as caught:
        check_table(statement, table)
    return str(caught.value)


def test_changed_version_is_named(table):
    statement = stated(table, 4)
    rewrite(
        commit(table, 4),
        lambda action: (
            {**action, "add": {**action["add"], "size": 9}} if "add" in action else action
        ),
    )
    said = fault(statement, table)
    assert said.startswith("p.t version 4: the snapshot's digest is ")
    assert "of another size than the log says: port=" in said
    assert "later versions, up to 5" in said


def test_rewritten_table_is_not_the_same(table):
    statement = stated(table, 5)
    shutil.rmtree(table)
    for _ in range(6):
        write_deltalake(table, ROWS, mode="append", partition_by=["port"])
    assert "the receipt states" in fault(statement, table)


def test_lost_files_are_named(table):
    statement = stated(table, 5)
    for path in table.glob("port=*/*.parquet"):
        path.unlink()
    said = fault(statement, table)
    assert "files missing: port=" in said
    assert said.endswith("and 13 more")


def test_version_that_is_not_there_is_named(table):
    statement = stated(table, 5)
    commit(table, 5).unlink()
    assert "there is no commit 5" in fault(statement, table)


def test_version_beyond_reason_is_refused_at_once(table):
    products = [entry("p.t", 2**53 - 1, "00" * 32)]
    assert "there is no commit 6" in fault({"products": products}, table)


@pytest.mark.parametrize("line", ["{", "[]", '{"add":{}}', '{"add":{"path":1}}', "[" * 100_000])
def test_damaged_log_is_named(table, line):
    statement = stated(table, 5)
    commit(table, 5).write_text(line)
    assert "cannot be read up to version 5" in fault(statement, table)


def test_path_that_is_no_text_is_named(table):
    statement = stated(table, 5)
    rewrite(
        commit(table, 5),
        lambda action: {"add": {**action["add"], "path": "\ud800"}} if "add" in action else action,
    )
    assert "cannot be read: no canonical form" in fault(statement, table)


@pytest.mark.parametrize("lost", ["metaData", "protocol"])
def test_log_without_metadata_is_named(table, lost):
    statement = stated(table, 0)
    rewrite(commit(table, 0), lambda action: {} if lost in action else action)
    if lost == "metaData":
        assert "id is missing" in fault(statement, table)
    else:
        assert check_table(statement, table)


def test_damaged_checkpoint_is_named(table):
    statement = stated(table, 5)
    (table / "_delta_log" / f"{3:020}.checkpoint.parquet").write_bytes(b"PAR1")
    assert "cannot be read" in fault(statement, table)


@pytest.mark.parametrize("empty", [True, False])
def test_folder_without_versions_is_no_table(tmp_path, empty):
    (tmp_path / "_delta_log").mkdir()
    if not empty:
        (tmp_path / "_delta_log" / "notes.txt").touch()
    assert "holds no Delta table" in fault({"products": []}, tmp_path)


def test_one_of_several_products_is_found(table):
    products = [entry("p.other", 5, "00" * 32), *stated(table, 5)["products"]]
    assert check_table({"products": products}, table) == "p.t version 5"


def test_none_of_several_products_is_told(table):
    products = [entry("p.one", 5, "00" * 32), entry("p.two", None, "00" * 32)]
    said = fault({"products": products}, table)
    assert said.startswith("p.one version 5: ")
    assert "p.two" not in said


@pytest.mark.parametrize("statement", [{}, {"products": [1]}, {"products": [{"product": "p"}]}])
def test_statement_without_snapshot_is_refused(table, statement):
    assert "states no snapshot" in fault(statement, table)


@pytest.fixture(params=["csv", "parquet"])
def plain(request, tmp_path):
    """A folder of two plain files, and its kind."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("b", "a"):
        path = folder / f"{name}.{request.param}"
        pc.write_csv(ROWS, path) if request.param == "csv" else pq.write_table(ROWS, path)
    (folder / "_SUCCESS").touch()
    return folder, request.param


@pytest.mark.parametrize("single", [True, False])
def test_plain_files_agree(plain, single):
    folder, kind = plain
    place = folder / f"a.{kind}" if single else folder
    digest = connect(Location(kind, place)).digest
    assert check_table({"products": [entry("p.f", None, digest)]}, place) == "p.f"


def test_changed_plain_file_is_named(plain):
    folder, kind = plain
    statement = {"products": [entry("p.f", None, connect(Location(kind, folder)).digest)]}
    with (folder / f"a.{kind}").open("ab") as file:
        file.write(b"\n")
    assert fault(statement, folder).startswith("p.f: the snapshot's digest is ")


def test_other_files_are_no_table(tmp_path):
    (tmp_path / "notes.txt").touch()
    assert "neither a Delta table nor Parquet" in fault({"products": []}, tmp_path)


def test_missing_place_is_named(tmp_path):
    assert "cannot be read" in fault({"products": []}, tmp_path / "none.csv")
