"""Delta tables written by hand, so that a test can say what a log says, right or wrong.

The formats are those of the Delta protocol: actions as JSON lines, deletion vectors as roaring
bitmaps ("Deletion Vector Format"), inline in Z85 or in a file of their own.
"""

import json
import struct
import uuid
import zlib
from base64 import b85encode

import pyarrow as pa
from pyarrow import parquet

from connectors.delta_actions import RFC1924, Z85

MAGIC = 1681511377
MOVES = pa.table(
    {"consignee": ["A", "B", None, "A"], "gross_kg": pa.array([5, 7, 9, 11], pa.int64())}
)
ID = "3f0d2c1e-0000-4000-8000-000000000001"
VECTOR = uuid.UUID("d2c639aa-8816-431a-aaf6-d3fe2512ff61")


def column(name, kind, *, nullable=True, **metadata):
    """A field of a table's schema; `mapped` and `number` are its name and id in the files."""
    words = {"mapped": "physicalName", "number": "id"}
    said = {f"delta.columnMapping.{words[key]}": value for key, value in metadata.items()}
    return {"name": name, "type": kind, "nullable": nullable, "metadata": said}


CONSIGNEE, GROSS = column("consignee", "string"), column("gross_kg", "long")


def metadata(*columns, partition=(), provider="parquet", **configuration):
    """The action that says what a table is."""
    schema = {"type": "struct", "fields": list(columns or (CONSIGNEE, GROSS))}
    return {
        "metaData": {
            "id": ID,
            "format": {"provider": provider, "options": {}},
            "schemaString": json.dumps(schema),
            "partitionColumns": list(partition),
            "configuration": configuration,
        }
    }


def protocol(version=1, features=None):
    """The action that says what a reader must understand."""
    said = {"minReaderVersion": version, "minWriterVersion": 2}
    if features is not None:
        said |= {"minWriterVersion": 7, "readerFeatures": features, "writerFeatures": features}
    return {"protocol": said}


def add(path, size, partition=None, vector=None):
    """The action that makes a file part of the table; with a vector, its rows must be counted."""
    values = {"path": path, "partitionValues": partition or {}, "size": size}
    values |= {"modificationTime": 1, "dataChange": True, "stats": '{"numRecords":4}'}
    return {"add": values | ({"deletionVector": vector} if vector else {})}


def remove(path, vector=None):
    """The action that takes a file out of the table."""
    values = {"path": path, "deletionTimestamp": 2, "dataChange": True}
    return {"remove": values | ({"deletionVector": vector} if vector else {})}


def stored(folder, name="a.parquet", table=MOVES):
    """Writes a data file, and the action that adds it without partition values."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, folder / name)
    return add(name, (folder / name).stat().st_size)


def commit(folder, version, *actions):
    """Writes a commit of those actions, or lines; the path of its file."""
    log = folder / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    lines = [line if isinstance(line, str) else json.dumps(line) for line in actions]
    path = log / f"{version:020}.json"
    path.write_text("\n".join(lines) + "\n")
    return path


def delta(folder, *actions, version=1, features=None):
    """A table of one commit: a protocol, the metadata of MOVES unless given, and the actions."""
    told = [] if any("metaData" in action for action in actions) else [metadata()]
    commit(folder, 0, protocol(version, features), *told, *actions)
    return folder


def bitmap(*positions):
    """A roaring bitmap array of one 32-bit bitmap with one array container (positions < 2**16)."""
    container = struct.pack(f"<{len(positions)}H", *positions)
    header = struct.pack("<IIHHI", 12346, 1, 0, len(positions) - 1, 16)
    return struct.pack("<IqI", MAGIC, 1, 0) + header + container


def z85(data):
    """The bytes in Z85, padded as the protocol pads."""
    padded = data + bytes(-len(data) % 4)
    return b85encode(padded).decode().translate(str.maketrans(RFC1924, Z85))


def inline(*positions, **changes):
    """A deletion vector within the log."""
    data = bitmap(*positions)
    vector = {"storageType": "i", "pathOrInlineDv": z85(data), "sizeInBytes": len(data)}
    return vector | {"cardinality": len(positions)} | changes


def beside(folder, *positions, **changes):
    """A deletion vector in a file of its own."""
    data = bitmap(*positions)
    content = b"\x01" + struct.pack(">i", len(data)) + data + struct.pack(">I", zlib.crc32(data))
    (folder / f"deletion_vector_{VECTOR}.bin").write_bytes(content)
    vector = {"storageType": "u", "pathOrInlineDv": z85(VECTOR.bytes), "offset": 1}
    return vector | {"sizeInBytes": len(data), "cardinality": len(positions)} | changes
