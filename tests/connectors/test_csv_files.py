import csv
import io
import traceback
from contextlib import suppress

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_files import CsvConnector
from connectors.location import Location
from data_products.errors import ConnectorError, EntrepotError


def opened(path, **files):
    """The snapshot of a folder with those files."""
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / f"{name}.csv").write_bytes(data)
    return CsvConnector().open(Location("csv", path))


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("a,b\n1,x\n2,y\n", [("1", "x"), ("2", "y")]),
        ("a,b\r\n0803,x", [("0803", "x")]),
        ("\ufeffa,b\n1,x\n", [("1", "x")]),
        ('a,b\n,""\n', [(None, None)]),
        ('a,b\n"x\ny","q""q"\n', [("x\ny", 'q"q')]),
        ("a,b\nNA,null\n", [("NA", "null")]),
        ("a,b\n2026-01-01,true\n", [("2026-01-01", "true")]),
        ('a,b\n"1,5", é \n', [("1,5", " é ")]),
        ("a,b\n", []),
    ],
)
def test_fields_are_text(tmp_path, content, rows):
    snapshot = opened(tmp_path, a=content)
    assert snapshot.schema == pa.schema([("a", pa.string()), ("b", pa.string())])
    assert [tuple(row.values()) for row in snapshot.read().read_all().to_pylist()] == rows


def test_folder_is_one_table(tmp_path):
    snapshot = opened(tmp_path, b="a,b\n3,4\n", a="a,b\n1,2\n")
    assert snapshot.read().read_all()["a"].to_pylist() == ["1", "3"]
    assert (snapshot.format, snapshot.version) == ("csv", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"a,b\n1,\xff\n",
        b"a,\xff\n1,2\n",
        b"\xff\xfea\0,\0b\0",
        b'a,b\n1,"x',
        b'a,b\n1,"x\n2,y\n',
        b'a,b\n1,"x"y\n',
        b"a,b\n1," + b"x" * 200_000,
    ],
    ids=range(9),
)
def test_damaged_csv_is_refused(tmp_path, content):
    with pytest.raises(ConnectorError, match=r"'a\.csv', which cannot be read") as caught:
        opened(tmp_path, a=content)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "record"),
    [
        (b"a,b\n1\n", 2),
        (b"a,b\n1,2,3\n", 2),
        (b"a,b\n1,2\n\n3,4\n", 3),
        (b"a\n1\n\n2\n", 3),
        (b"\n\na,b\n1,2\n", 3),
    ],
)
def test_uneven_csv_is_refused(tmp_path, content, record):
    with pytest.raises(ConnectorError, match=rf"fields in record {record} of 'a\.csv'"):
        opened(tmp_path, a=content)


@pytest.mark.parametrize("content", ["a,b\nSECRET\n", 'a,b\n1,"SECRET"x\n', "a,b\n1,SECRET,\n"])
def test_error_says_no_value(tmp_path, content):
    with pytest.raises(ConnectorError) as caught:
        opened(tmp_path, a=content)
    told = "".join(traceback.format_exception(caught.value))
    assert "SECRET" not in told + caught.value.hint


@pytest.mark.parametrize("header", ["a,a", "a,A", "a,", ",b"])
def test_header_names_each_column(tmp_path, header):
    with pytest.raises(ConnectorError, match="expected distinct names"):
        opened(tmp_path, a=f"{header}\n1,2\n")


@pytest.mark.parametrize("header", ["a", "b,a", "a,b,c", "A,b"])
def test_other_header_is_refused(tmp_path, header):
    with pytest.raises(ConnectorError, match=r"found another header in 'b\.csv'"):
        opened(tmp_path, a="a,b\n1,2\n", b=f"{header}\n")


def test_damage_late_in_the_file_is_met_first(tmp_path):
    lines = "a,b\n" + "1,2\n" * 300_000
    with pytest.raises(ConnectorError):
        opened(tmp_path, a=lines + "1\n")


@given(st.binary(max_size=60))
def test_any_bytes_are_no_foreign_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("files")
    with suppress(EntrepotError):
        assert opened(path, a=content).read().read_all().num_columns > 0


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_is_written_is_read(tmp_path_factory, rows):
    """An empty line is no record, so neither are two empty fields of one column: hence two."""
    path, text = tmp_path_factory.mktemp("files"), io.StringIO(newline="")
    # Before Python 3.13, a writer puts quotes around "\r" only when it does so around everything.
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    read = opened(path, a=text.getvalue()).read().read_all()
    assert [*zip(*(column.to_pylist() for column in read.columns), strict=True)] == [
        tuple(cell or None for cell in row) for row in rows
    ]
