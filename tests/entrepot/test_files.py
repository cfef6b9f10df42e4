import pytest

from entrepot.errors import InputError
from entrepot.files import read_bytes, read_text, write_bytes


def test_file_reads_back(tmp_path):
    write_bytes(tmp_path / "f", "\u00e9".encode())
    assert read_text(tmp_path / "f", limit=2) == "\u00e9"


def test_larger_file_is_refused(tmp_path):
    (tmp_path / "f").write_bytes(b"123")
    with pytest.raises(InputError, match="larger than the 2 bytes"):
        read_bytes(tmp_path / "f", limit=2)


def test_binary_file_is_no_text(tmp_path):
    (tmp_path / "f").write_bytes(b"a\xff")
    with pytest.raises(InputError, match="not UTF-8 text from byte 1 on"):
        read_text(tmp_path / "f", limit=2)


@pytest.mark.parametrize("name", ["none/f", "."])
def test_impossible_place_is_named(tmp_path, name):
    with pytest.raises(InputError, match="cannot write"):
        write_bytes(tmp_path / name, b"")
    with pytest.raises(InputError, match="cannot read"):
        read_bytes(tmp_path / name, limit=1)
