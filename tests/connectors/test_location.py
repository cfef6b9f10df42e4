import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.location import Location, real
from data_products.errors import ConnectorError, RequestError


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """Two data directories beside a secret that neither holds, and links of every kind."""
    place = tmp_path_factory.mktemp("place")
    first, second = place / "first", place / "second"
    for root, names in ((first, ("moves", "both")), (second, ("calls", "both"))):
        for name in names:
            (root / name).mkdir(parents=True)
    (place / "secret").mkdir()
    (first / "way-out").symlink_to(place / "secret")
    (first / "way-across").symlink_to(second / "calls")
    (first / "within").symlink_to(first / "moves")
    (first / "dangling").symlink_to(first / "nothing")
    (first / "loop").symlink_to("loop")
    return first, second


@pytest.mark.parametrize(
    ("text", "root", "path", "version"),
    [
        ("delta:moves", 0, "moves", None),
        ("delta:moves?version=0", 0, "moves", 0),
        ("parquet:calls", 1, "calls", None),
        ("csv:both", 0, "both", None),
        ("delta:./moves/", 0, "moves", None),
        ("delta:moves?version=999999999999999999", 0, "moves", 10**18 - 1),
    ],
)
def test_location_lies_beneath_a_root(roots, text, root, path, version):
    found = Location.parse(text, roots)
    assert found == Location(text.partition(":")[0], roots[root] / path, version)


@pytest.mark.parametrize("root", [0, 1])
def test_absolute_path_within_a_root(roots, root):
    assert Location.parse(f"csv:{roots[root] / 'both'}", roots).path == roots[root] / "both"


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../secret",
        "moves/../../secret",
        "moves/..",
        "%2e%2e/secret",
        "..%2fsecret",
        "~/secret",
        "~root",
        "moves\0",
        "moves\n",
        "..\\secret",
        "mo*",
        "mov[e]s",
        "//host/share",
        "",
        "\ud800",
        "\u2028",
        "x" * 1001,
        "way-out",
        "way-across",
        "within",
        "within/.",
        "/etc/passwd",
        "/",
    ],
)
@pytest.mark.parametrize("scheme", ["delta", "parquet", "csv"])
def test_path_traversal_is_refused(roots, scheme, path):
    with pytest.raises(RequestError) as caught:
        Location.parse(f"{scheme}:{path}", roots)
    assert caught.value.hint


def test_absolute_link_out_is_refused(roots):
    with pytest.raises(RequestError, match="leads out of the data directory"):
        Location.parse(f"csv:{roots[0] / 'way-out'}", roots)


def test_link_changed_after_publication_is_refused(tmp_path):
    """A provider publishes its own table, then puts a link to another's in its place."""
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for folder in (mine / "table", theirs / "table"):
        folder.mkdir(parents=True)
    assert Location.parse("delta:mine/table", (tmp_path,)).path == mine / "table"
    (mine / "table").rmdir()
    (mine / "table").symlink_to(theirs / "table")
    with pytest.raises(RequestError, match="over a link"):
        Location.parse("delta:mine/table", (tmp_path,))


@pytest.mark.parametrize("path", ["secret", "no-such-thing"])
def test_existence_elsewhere_is_not_told(roots, path):
    with pytest.raises(RequestError, match="leads out of the data directory"):
        Location.parse(f"csv:{roots[0].parent / path}", roots)


@pytest.mark.parametrize("path", ["absent", "dangling", "loop", "moves/absent", "x" * 300])
def test_missing_path_is_a_connector_error(roots, path):
    with pytest.raises(ConnectorError, match="in the data directory") as caught:
        Location.parse(f"delta:{path}", roots)
    assert str(roots[0]) not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize(
    "text",
    ["", "moves", ":moves", "s3:moves", "https://host/x", "file:moves", "DELTA:moves", "x" * 9999],
)
def test_unknown_scheme_is_refused(roots, text):
    with pytest.raises(RequestError, match="found location scheme") as caught:
        Location.parse(text, roots)
    assert caught.value.hint == "begin with one of: csv, delta, parquet"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "version=",
        "version=-1",
        "version=01",
        "version=1&version=2",
        "v=1",
        "version=1?",
        "1" * 99,
    ],
)
def test_odd_query_is_refused(roots, query):
    with pytest.raises(RequestError, match="after the path, expected version=N"):
        Location.parse(f"delta:moves?{query}", roots)


def test_link_to_a_root_is_the_root(roots, tmp_path):
    (tmp_path / "alias").symlink_to(roots[0])
    assert Location.parse("csv:moves", (tmp_path / "alias",)).path == roots[0] / "moves"


@pytest.mark.parametrize("gone", [(), (Path("/no/such/root"),)])
def test_root_that_is_gone_has_nothing(gone):
    with pytest.raises(ConnectorError):
        Location.parse("csv:moves", gone)


PIECES = st.sampled_from(
    [
        "moves",
        "..",
        ".",
        "~",
        "way-out",
        "way-across",
        "within",
        "/",
        "//",
        "%2e",
        "\\",
        "loop",
        "\0",
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=7))
def test_nothing_escapes_the_roots(roots, pieces):
    for text in ("delta:" + "/".join(pieces), "delta:" + "".join(pieces)):
        try:
            found = Location.parse(text, roots)
        except (RequestError, ConnectorError):
            continue
        assert any(found.path.is_relative_to(root) for root in roots)
        assert os.path.realpath(found.path) == str(found.path)


def test_real_path_of_nothing_is_none(tmp_path):
    assert real(tmp_path / "absent") is None
