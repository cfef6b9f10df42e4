import json

import pytest

from connectors.delta_actions import Replay, parsed
from data_products.errors import ConnectorError
from tests.connectors.tables import VECTOR, add, inline, metadata, protocol, remove, z85


def replayed(*actions):
    state = Replay()
    for action in actions:
        state.apply(action, "0.json")
    return state


def test_add_is_taken():
    (found,) = replayed(add("a%20b.parquet", 7, {"x": "1", "y": None})).files.values()
    assert (found.path, found.size, found.partition) == ("a b.parquet", 7, {"x": "1", "y": None})


def test_later_add_replaces():
    (found,) = replayed(add("a", 7), add("a", 8)).files.values()
    assert found.size == 8


def test_remove_takes_the_file_out():
    assert not replayed(add("a%20b", 7), remove("a b")).files


@pytest.mark.parametrize(("first", "last"), [(None, inline(1)), (inline(1), inline(2))])
def test_vectors_tell_files_apart(first, last):
    state = replayed(add("a", 7, vector=first), add("a", 7, vector=last), remove("a", first))
    (found,) = state.files.values()
    assert found.deletion.cardinality == 1
    assert found.key == ("a", found.deletion.id)


@pytest.mark.parametrize(
    ("vector", "name", "path"),
    [
        (inline(1), "i", ""),
        ({"storageType": "u", "offset": 4}, "u", f"deletion_vector_{VECTOR}.bin"),
        ({"storageType": "u", "prefix": "ab"}, "u", f"ab/deletion_vector_{VECTOR}.bin"),
    ],
)
def test_vector_has_id_and_path(vector, name, path):
    content = vector.pop("prefix", "") + z85(VECTOR.bytes)
    vector = {"cardinality": 1, "pathOrInlineDv": content} | vector
    (found,) = replayed(add("a", 7, vector=vector)).files.values()
    offset = f"@{vector['offset']}" if "offset" in vector else ""
    assert found.deletion.path == path
    assert found.deletion.id == f"{name}{vector['pathOrInlineDv']}{offset}"


def test_metadata_and_protocol_are_taken():
    state = replayed(metadata(partition=["x"]), protocol(3, ["deletionVectors"]))
    assert (state.metadata.partition, state.metadata.provider) == (("x",), "parquet")
    assert (state.protocol.version, state.protocol.features) == (3, ("deletionVectors",))


def test_other_actions_pass():
    state = replayed({"commitInfo": {}}, {"txn": {"appId": "a"}}, {"add": None}, {"cdc": 5})
    assert state == Replay()


@pytest.mark.parametrize(
    ("action", "path"),
    [
        ({"add": 5}, "add"),
        ({"add": {}}, "add.partitionValues"),
        ({"add": {"partitionValues": {}}}, "add.path"),
        ({"add": {"path": "a", "partitionValues": {}}}, "add.size"),
        ({"add": {"path": "a", "partitionValues": {"x": 5}, "size": 1}}, "add.partitionValues.x"),
        ({"remove": {"path": None}}, "remove.path"),
        ({"metaData": {"id": "x"}}, "metaData.schemaString"),
        ({"metaData": {"id": "x", "schemaString": "{"}}, "schemaString.schema"),
        ({"protocol": {}}, "protocol.minReaderVersion"),
        ({"protocol": {"minReaderVersion": 3, "readerFeatures": "x"}}, "protocol.readerFeatures"),
        (add("a", 1, vector=inline(1, storageType="p")), "add.deletionVector.storageType"),
        (add("a", 1, vector=inline(1, cardinality="1")), "add.deletionVector.cardinality"),
        (add("a", 1, vector=inline(1, offset="1")), "add.deletionVector.offset"),
    ],
)
def test_malformed_action_names_its_path(action, path):
    with pytest.raises(ConnectorError, match=rf"^0\.json: {path}: found") as caught:
        replayed(json.loads(json.dumps(action)))
    assert caught.value.hint


@pytest.mark.parametrize(
    "action",
    [
        add("a%ff", 1),
        add("a", 1, vector=inline(1, storageType="u", pathOrInlineDv="short")),
        add("a", 1, vector=inline(1, storageType="u", pathOrInlineDv="é" * 20)),
    ],
)
def test_malformed_path_is_refused(action):
    with pytest.raises(ConnectorError, match="found a malformed path"):
        replayed(action)


@pytest.mark.parametrize("text", ["", "{", b"\xff", "[" * 100_000, "9" * 5000])
def test_what_is_no_json_is_nothing(text):
    assert parsed(text) is None
