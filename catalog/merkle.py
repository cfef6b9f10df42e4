"""RFC 6962 hashing: leaves, nodes, roots, inclusion and consistency proofs, as pure functions.

A tree is given as `Nodes`, a function from (level, index) to the hash of the complete subtree over
the leaves [index << level, (index + 1) << level). Only complete subtrees are ever asked for: they
never change once made, so that a log can store them and append and prove in O(log n).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from data_products.errors import IntegrityError

Nodes = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry (RFC 6962 section 2.1); the prefix keeps leaves and nodes apart.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(width: int) -> int:
    """The largest power of two below a width of two or more: how many leaves the left side holds.

    >>> [split(width) for width in (2, 3, 4, 5)]
    [1, 2, 2, 4]
    """
    return 1 << ((width - 1).bit_length() - 1)


def subtree(nodes: Nodes, start: int, end: int) -> bytes:
    """The hash over the leaves [start, end), as the RFC's recursion cuts them."""
    width = end - start
    # A width that is a power of two begins at a multiple of itself: the RFC cuts from the left.
    if width & (width - 1) == 0:
        return nodes(width.bit_length() - 1, start // width)
    middle = start + split(width)
    return node_hash(subtree(nodes, start, middle), subtree(nodes, middle, end))


def root(nodes: Nodes, size: int) -> bytes:
    """The root of the tree over the first `size` leaves.

    >>> root(lambda level, index: b"", 0) == EMPTY_ROOT
    True
    """
    return subtree(nodes, 0, size) if size else EMPTY_ROOT


def completed(nodes: Nodes, index: int, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The subtrees that become complete with leaf `index`: (level, index, hash), the leaf first."""
    level = 0
    yield level, index, leaf
    while index & 1:
        leaf = node_hash(nodes(level, index - 1), leaf)
        level, index = level + 1, index >> 1
        yield level, index, leaf


def inclusion_proof(nodes: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 6962 section 2.1.1).

    >>> inclusion_proof(lambda level, index: f"{level}/{index}".encode(), 5, 6)
    (b'0/4', b'2/0')
    """
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(subtree(nodes, middle, end))
            end = middle
        else:
            path.append(subtree(nodes, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(nodes: Nodes, old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves is the beginning of that of `new` (section 2.1.2).

    Empty where the old tree has no leaf, or is the new one.
    """
    if old == 0:
        return ()
    start, end = 0, new
    path = []
    while end > old:
        middle = start + split(end - start)
        if old <= middle:
            path.append(subtree(nodes, middle, end))
            end = middle
        else:
            path.append(subtree(nodes, start, middle))
            start = middle
    # The old root itself is left out: whoever checks the proof holds it already.
    if start > 0:
        path.append(subtree(nodes, start, end))
    return tuple(reversed(path))


def verify_inclusion(
    entry: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> None:
    """Checks an audit path against a root (RFC 9162 section 2.1.3.2).

    Raises:
        IntegrityError: the entry is not leaf `index` of the tree of `size` leaves with that root.
    """
    node, last, found = index, size - 1, leaf_hash(entry)
    sound = 0 <= index < size
    for sibling in proof:
        sound = sound and last > 0
        # The last of a row has no right sibling: it is carried up until it is a right one itself.
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            node, last = _rise(node, last)
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if not sound or last != 0 or found != expected:
        raise IntegrityError(f"entry {index} is not proven to be in the tree of {size}")


def verify_consistency(
    old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]
) -> None:
    """Checks that one (size, root) is the beginning of another (RFC 9162 section 2.1.4.2).

    Raises:
        IntegrityError: the newer tree does not begin with the older one.
    """
    if not _consistent(old, new, proof):
        raise IntegrityError(f"the tree of {new[0]} does not begin with the tree of {old[0]}")


def _consistent(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether the proof leads to both roots."""
    (size, root_of_old), (last, root_of_new) = old, new
    if size in {0, last}:
        return not proof and root_of_old == (root_of_new if size == last else EMPTY_ROOT)
    # Where the old tree is complete its root is the path's first step, and is not sent.
    path = [root_of_old, *proof] if size & (size - 1) == 0 else list(proof)
    if size > last or not path:
        return False
    return _climb(path, *_drop_ones(size - 1, last - 1)) == (root_of_old, root_of_new)


def _climb(path: Sequence[bytes], node: int, last: int) -> tuple[bytes, bytes] | None:
    """The roots of the old and the new tree that a path leads to; None where it does not fit."""
    found_old = found_new = path[0]
    for sibling in path[1:]:
        # A path with more steps than the tree has levels proves nothing, whatever it hashes to.
        if last == 0:
            return None
        if node & 1 or node == last:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
            node, last = _rise(node, last)
        else:
            found_new = node_hash(found_new, sibling)
        node, last = node >> 1, last >> 1
    return (found_old, found_new) if last == 0 else None


def _rise(node: int, last: int) -> tuple[int, int]:
    """Passes the levels at which the node, as the last of its row, has no sibling."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _drop_ones(node: int, last: int) -> tuple[int, int]:
    """Rises to the subtree that the old tree filled completely."""
    while node & 1:
        node, last = node >> 1, last >> 1
    return node, last
