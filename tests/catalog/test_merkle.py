"""RFC 6962 hashing, against the RFC's own recursion and the vectors of Certificate Transparency."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import merkle
from data_products.errors import IntegrityError

# The leaves, roots and paths that the Certificate Transparency implementations test with.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 130
sizes = st.integers(1, MOST)


def mth(entries):
    """MTH of RFC 6962 section 2.1, word for word."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = max(2**i for i in range(9) if 2**i < len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m, entries):
    """PATH of RFC 6962 section 2.1.1, word for word."""
    if len(entries) == 1:
        return []
    k = max(2**i for i in range(9) if 2**i < len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, whole):
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = max(2**i for i in range(9) if 2**i < len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], whole=False), mth(entries[:k])]


def grown(entries):
    """The subtrees that appending the entries one by one makes."""
    stored = {}
    for index, entry in enumerate(entries):
        fresh = merkle.completed(
            lambda level, at: stored[level, at], index, merkle.leaf_hash(entry)
        )
        stored.update({(level, at): hashed for level, at, hashed in fresh})
    return lambda level, at: stored[level, at]


ENTRIES = [f"entry {index}".encode() for index in range(MOST)]
TREE = grown(ENTRIES)


@st.composite
def pairs(draw):
    """Two sizes, the smaller first."""
    new = draw(sizes)
    return draw(st.integers(1, new)), new


def test_empty_tree_has_known_root():
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert merkle.root(TREE, 0).hex() == expected


@pytest.mark.parametrize("size", range(1, 9))
def test_known_leaves_have_known_roots(size):
    assert merkle.root(grown(LEAVES), size).hex() == ROOTS[size - 1]


def test_known_leaf_has_known_path():
    expected = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]

    assert [h.hex() for h in merkle.inclusion_proof(grown(LEAVES), 0, 8)] == expected


def test_known_sizes_have_known_consistency():
    expected = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]

    assert [h.hex() for h in merkle.consistency_proof(grown(LEAVES), 6, 8)] == expected


@pytest.mark.parametrize("size", range(MOST + 1))
def test_root_equals_recursive_definition(size):
    assert merkle.root(TREE, size) == mth(ENTRIES[:size])


@given(pairs())
def test_path_equals_recursive_definition(pair):
    index, size = pair[0] - 1, pair[1]

    assert list(merkle.inclusion_proof(TREE, index, size)) == path(index, ENTRIES[:size])


@given(pairs())
def test_consistency_equals_recursive_definition(pair):
    old, new = pair
    expected = subproof(old, ENTRIES[:new], whole=True)

    assert list(merkle.consistency_proof(TREE, old, new)) == expected


@given(pairs())
def test_every_path_verifies(pair):
    index, size = pair[0] - 1, pair[1]
    proof = merkle.inclusion_proof(TREE, index, size)

    merkle.verify_inclusion(ENTRIES[index], index, size, proof, merkle.root(TREE, size))


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_every_growth_verifies(new):
    for old in range(new + 1):
        proof = merkle.consistency_proof(TREE, old, new)
        sizes_and_roots = (old, merkle.root(TREE, old)), (new, merkle.root(TREE, new))

        merkle.verify_consistency(*sizes_and_roots, proof)


@pytest.mark.parametrize(
    "alter",
    [
        lambda proof: proof[1:],
        lambda proof: proof[:-1],
        lambda proof: [*proof, bytes(32)],
        lambda proof: [bytes(32), *proof],
        lambda proof: [*proof[:-1], bytes(32)],
        lambda proof: [*proof, *proof],
    ],
)
@given(pair=pairs().filter(lambda pair: pair[1] > 1))
def test_altered_path_is_refused(alter, pair):
    index, size = pair[0] - 1, pair[1]
    proof = alter([*merkle.inclusion_proof(TREE, index, size)])

    with pytest.raises(IntegrityError):
        merkle.verify_inclusion(ENTRIES[index], index, size, proof, merkle.root(TREE, size))


@given(pairs(), sizes)
def test_path_of_another_leaf_is_refused(pair, other):
    index, size = pair[0] - 1, pair[1]
    other -= 1
    proof = merkle.inclusion_proof(TREE, index, size)
    if other != index:
        with pytest.raises(IntegrityError):
            merkle.verify_inclusion(ENTRIES[index], other, size, proof, merkle.root(TREE, size))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 1), (1, 1), (5, 4)])
def test_leaf_outside_tree_is_refused(index, size):
    with pytest.raises(IntegrityError, match="not proven"):
        merkle.verify_inclusion(b"", index, size, [], merkle.leaf_hash(b""))


@given(pairs(), st.data())
def test_forked_tree_is_refused(pair, data):
    old, new = pair
    fork = grown([*ENTRIES[: data.draw(st.integers(0, old - 1))], *[b"fork"] * new])
    proof = merkle.consistency_proof(fork, old, new)

    with pytest.raises(IntegrityError, match="does not begin"):
        merkle.verify_consistency(
            (old, merkle.root(TREE, old)), (new, merkle.root(fork, new)), proof
        )


@pytest.mark.parametrize("proof", [[], [bytes(32)], [bytes(32)] * 9])
@pytest.mark.parametrize(("old", "new"), [(3, 7), (4, 7), (6, 8), (7, 3), (7, 7), (0, 7)])
def test_made_up_proof_is_refused(old, new, proof):
    ends = (old, b"another root".ljust(32)), (new, merkle.root(TREE, new))

    with pytest.raises(IntegrityError):
        merkle.verify_consistency(*ends, proof)
