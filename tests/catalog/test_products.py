"""Published products: immutable versions, found by name."""

import hashlib
from dataclasses import replace

import pytest

from catalog.products import order
from data_products import odcs
from data_products.errors import (
    BindingError,
    ConflictError,
    ContractError,
    IntegrityError,
    NotFoundError,
)
from data_products.product import Status

MOVES = "beanr.container_moves"


@pytest.fixture
def products(world):
    """The products on record."""
    return world.catalog.products


def test_published_product_is_found(products, publish):
    published = publish()

    assert products.get(MOVES) == published


def test_published_document_is_kept(products, publish):
    published = publish()

    assert products.document(MOVES) == odcs.dump(published.contract)


def test_newest_version_counts(products, publish):
    publish()
    newer = publish(version="1.10.0")

    assert products.get(MOVES) == newer
    assert products.all() == (newer,)


@pytest.mark.parametrize("method", ["get", "document"])
@pytest.mark.parametrize("name", ["beanr.nothing", "", "x" * 10_000])
def test_unknown_product_is_not_found(products, method, name):
    with pytest.raises(NotFoundError) as caught:
        getattr(products, method)(name)

    assert len(str(caught.value)) < 100


def test_same_version_is_refused(publish):
    publish()

    with pytest.raises(ConflictError, match=r"1\.0\.0, expected one above 1\.0\.0"):
        publish()


@pytest.mark.parametrize("version", ["1.9.9", "1.10.0-rc.1", "0.99.0"])
def test_lower_version_is_refused(publish, version):
    publish(version="1.10.0")

    with pytest.raises(ConflictError, match="expected one above"):
        publish(version=version)


# The example of Semantic Versioning 2.0.0, section 11.
PRECEDENCE = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
]


def test_versions_have_semantic_order():
    assert sorted(set(PRECEDENCE), key=order) == PRECEDENCE


def test_draft_is_not_published(world, publish):
    draft = replace(publish(), status=Status.DRAFT)

    with pytest.raises(ConflictError, match="is a draft"):
        world.publish(draft)


def test_document_must_say_the_contract(world, publish):
    published = publish()
    other = replace(published.contract, version="1.1.0")

    with pytest.raises(ContractError, match="says something else"):
        world.catalog.products.publish(
            replace(published, contract=other), odcs.dump(published.contract), "ab", world.now
        )


def test_malformed_document_is_refused(world, publish):
    with pytest.raises(ContractError):
        world.catalog.products.publish(publish(), "not: a contract", "ab", world.now)


def test_refused_publication_leaves_nothing(world, publish):
    publish()
    with pytest.raises(ConflictError):
        publish()

    assert world.catalog.log.verify() == 1


def test_publication_is_on_the_log(world, publish):
    publish()

    assert world.catalog.log.entry(0)["kind"] == "publish"


def test_publication_states_contract_digest(world, publish):
    document = odcs.dump(publish().contract)
    statement = world.execute("SELECT statement FROM openings")[0][0]

    assert hashlib.sha256(document.encode()).hexdigest() in statement


@pytest.mark.parametrize("status", [Status.DEPRECATED, Status.RETIRED])
def test_retired_product_is_not_listed(world, products, publish, status):
    last = replace(publish(), status=status)
    newer = replace(last, contract=replace(last.contract, version="2.0.0"))
    world.publish(newer)

    assert (products.all(), products.get(MOVES).status) == ((), status)


def test_names_resolve_in_order(products, publish):
    moves, calls = publish(), publish(product="beanr.port_calls")

    assert products.resolve(["beanr.port_calls", MOVES]) == (calls, moves)


def test_nothing_resolves_to_nothing(products):
    assert products.resolve([]) == ()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("beanr.container_move", "did you mean beanr.container_moves?"),
        ("beanr.calls", "did you mean beanr.port_calls?"),
        ("zzz", "search the catalog for products"),
        ("x" * 10_000, "search the catalog for products"),
    ],
)
def test_unknown_table_has_hint(products, publish, name, hint):
    publish()
    publish(product="beanr.port_calls")
    with pytest.raises(BindingError, match=f"no product is called '{name[:60]}'") as caught:
        products.resolve([MOVES, name])

    assert caught.value.hint == hint


def test_hint_keeps_retired_names(world, products, publish):
    last = replace(publish(), status=Status.RETIRED)
    world.publish(replace(last, contract=replace(last.contract, version="2.0.0")))
    with pytest.raises(BindingError) as caught:
        products.resolve(["beanr.container_move"])

    assert MOVES not in caught.value.hint


def test_altered_contract_is_refused(world, products, publish):
    publish()
    world.tamper("UPDATE products SET document = replace(document, 'maxGroups', 'maxGroup')")

    with pytest.raises(IntegrityError, match="has been changed since it was published"):
        products.resolve([MOVES])


def test_restart_keeps_products(world, publish):
    published = publish()

    assert world.open().products.get(MOVES) == published
