"""Merkle trees as RFC 6962 section 2.1 defines them, over SHA-256."""

import hashlib
from collections.abc import Sequence

from entrepot.proofs.canonical import MalformedError


def leaf(data: bytes) -> bytes:
    """The hash of a log entry."""
    # The two prefixes keep a node from being passed off as an entry.
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees.

    >>> node(leaf(b"a"), leaf(b"b")) == root([leaf(b"a"), leaf(b"b")])
    True
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, folding perfect subtrees as they fill.

    >>> root([]).hex()[:8]
    'e3b0c442'
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    # The stack holds perfect subtrees, the largest first: one for each bit set in the count.
    stack: list[bytes] = []
    for count, hashed in enumerate(leaves, 1):
        stack.append(hashed)
        for _ in range((count & -count).bit_length() - 1):
            right = stack.pop()
            stack[-1] = node(stack[-1], right)
    # What is left over is folded from the right, as the standard's split asks.
    top = stack.pop()
    while stack:
        top = node(stack.pop(), top)
    return top


def climb(hashed: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an audit path leads to from the leaf hash at an index in a tree of that size.

    The lower part of the path lies inside the perfect subtree in which index and last leaf part;
    above it the leaf is on the tree's right border, where every sibling is on the left.

    Raises:
        MalformedError: the index lies outside the tree, or the path has another length.

    >>> climb(leaf(b"b"), 1, 2, [leaf(b"a")]) == node(leaf(b"a"), leaf(b"b"))
    True
    """
    if not 0 <= index < size:
        raise MalformedError(f"index {index} lies outside a tree of size {size}")
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    # A path of another length would leave it to its maker which node it ends at.
    if len(path) != inner + border:
        raise MalformedError(f"the path has {len(path)} hashes, expected {inner + border}")
    for level, sibling in enumerate(path):
        on_left = level >= inner or (index >> level) & 1
        hashed = node(sibling, hashed) if on_left else node(hashed, sibling)
    return hashed
