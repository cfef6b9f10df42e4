"""Changes one place of a JSON document, wherever it is, into anything else."""

import copy

from hypothesis import strategies as st

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=8)
    | st.sampled_from(["", "0", "00" * 16, "00" * 32, "AA==", "release", "\ud800", "1e999999999"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(document, path=()):
    """The path of every value in a document."""
    yield path
    inner = {}
    if isinstance(document, dict):
        inner = document
    elif isinstance(document, list):
        inner = dict(enumerate(document))
    for key, value in inner.items():
        yield from places(value, (*path, key))


@st.composite
def mutants(draw, document):
    """The document with one value replaced or taken away."""
    changed = copy.deepcopy(document)
    *steps, last = draw(st.sampled_from([path for path in places(document) if path]))
    inner = changed
    for step in steps:
        inner = inner[step]
    if isinstance(inner, dict) and draw(st.booleans()):
        del inner[last]
    else:
        inner[last] = draw(ANYTHING)
    return changed
