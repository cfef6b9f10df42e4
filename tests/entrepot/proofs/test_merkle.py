import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.proofs import merkle
from entrepot.proofs.canonical import MalformedError
from tests.entrepot.tlog import audit_path, tree_hash

SIZES = range(1, 40)


def entries(size):
    return [f"entry {i}".encode() for i in range(size)]


def hashes(size):
    return [merkle.leaf(entry) for entry in entries(size)]


@pytest.mark.parametrize("size", [0, *SIZES])
def test_root_is_the_defined_one(size):
    assert merkle.root(hashes(size)) == tree_hash(entries(size))


@pytest.mark.parametrize("size", SIZES)
def test_every_path_leads_to_root(size):
    for index, hashed in enumerate(hashes(size)):
        path = audit_path(index, entries(size))
        assert merkle.climb(hashed, index, size, path) == merkle.root(hashes(size))


@given(st.integers(1, 64), st.data())
def test_path_proves_one_place_only(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index or size == 1))
    path = audit_path(index, entries(size))
    try:
        reached = merkle.climb(hashes(size)[index], other, size, path)
    except MalformedError:
        return
    assert (reached == merkle.root(hashes(size))) == (other == index)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (2**52, 2**52)])
def test_index_outside_tree_is_refused(index, size):
    with pytest.raises(MalformedError, match="outside"):
        merkle.climb(bytes(32), index, size, [])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_path_of_other_length_is_refused(count):
    with pytest.raises(MalformedError, match=f"has {count} hashes, expected 2"):
        merkle.climb(bytes(32), 0, 3, [bytes(32)] * count)
