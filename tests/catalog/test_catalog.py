"""The catalog as a whole: outcomes and refusals on record."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest

from catalog import Catalog, Database, Keys
from data_products.digest import digest
from data_products.errors import (
    AccessDeniedError,
    BindingError,
    DominanceError,
    EntrepotError,
    IntegrityError,
    NotFoundError,
    ThresholdError,
    WithheldError,
)
from data_products.purpose import Purpose
from data_products.query import Query

SQL = "SELECT declarant FROM beanr.container_moves"
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
QUERY = Query("statistics-office", Purpose("ent:TradeStatistics"), SQL)


@pytest.fixture
def refused(world):
    """The id of a refusal that has just been noted."""

    def refuse(kind=AccessDeniedError, query=QUERY):
        with pytest.raises(kind), world.catalog.noting_refusal(query, world.now) as noted:
            raise kind("no grant")
        return noted

    return refuse


def test_release_is_on_the_log(deal):
    deal.answer()

    assert deal.world.catalog.log.entry(4)["kind"] == "release"


def test_result_is_digest_of_wire(deal):
    answer = deal.answer()

    assert answer.receipt["statement"]["result"] == digest(answer.wire)


def test_receipt_names_its_release(deal):
    answer = deal.answer()

    assert answer.receipt["statement"]["release"] == answer.id


def test_plan_cannot_state_catalogs_facts(deal, plan):
    deal.spend("f1")
    forged = plan("f1", stated={"release": "x", "result": "y", "consumer": "z"})
    statement = deal.world.record(forged).receipt["statement"]

    assert {statement["release"], statement["result"], statement["consumer"]}.isdisjoint("xyz")


def test_unpaid_release_is_refused(deal, plan):
    with pytest.raises(IntegrityError, match="without a spend"):
        deal.world.record(plan("f1"))


def test_second_release_is_the_first(deal):
    first = deal.answer("f1", 42)

    assert deal.answer("f1", 43).wire == first.wire
    assert deal.world.catalog.log.verify() == 5


def test_racing_runs_give_one_answer(deal, plan):
    deal.spend("f1")
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: deal.world.record(plan("f1"), n), range(12)))

    assert len({(answer.id, str(answer.wire)) for answer in answers}) == 1


@pytest.mark.parametrize("kind", [ThresholdError, DominanceError, WithheldError])
def test_withheld_question_stays_withheld(deal, plan, kind):
    deal.spend("f1")
    with pytest.raises(kind):
        deal.world.catalog.withhold(
            plan("f1"), kind("nothing to show", hint="ask wider", rewrite="SELECT 1"), NOW
        )

    with pytest.raises(kind, match="nothing to show") as caught:
        deal.world.catalog.releases.find("f1")
    assert caught.value.hint == "ask wider"
    assert caught.value.rewrite == "SELECT 1"


def test_asking_until_noise_allows_is_refused(deal, plan):
    deal.spend("f1")
    with pytest.raises(ThresholdError):
        deal.world.catalog.withhold(plan("f1"), ThresholdError("every group is below"), NOW)

    with pytest.raises(ThresholdError, match="every group is below"):
        deal.world.record(plan("f1"))


def test_withheld_after_answer_is_the_answer(deal, plan):
    answer = deal.answer("f1")

    assert deal.world.catalog.withhold(plan("f1"), ThresholdError("late"), NOW) == answer


def test_later_kind_of_withheld_is_kept(deal, plan):
    deal.spend("f1")
    # A class of its own would be found by whoever lists the kinds of error.
    later = WithheldError("nothing")
    later.code = "WITHHELD_LATER"
    with pytest.raises(WithheldError):
        deal.world.catalog.withhold(plan("f1"), later, NOW)

    with pytest.raises(WithheldError, match="nothing"):
        deal.world.catalog.releases.find("f1")


def test_withholding_is_on_the_log(deal, plan):
    deal.spend("f1")
    with pytest.raises(ThresholdError):
        deal.world.catalog.withhold(plan("f1"), ThresholdError("nothing", rewrite="SELECT 7"), NOW)

    assert deal.world.catalog.log.entry(4)["kind"] == "withheld"
    assert deal.world.execute(
        "SELECT count(*) FROM openings WHERE statement LIKE '%SELECT 7%'"
    ) == [(0,)]


def test_unpaid_withholding_is_refused(deal, plan):
    with pytest.raises(IntegrityError, match="without a spend"):
        deal.world.catalog.withhold(plan("f1"), ThresholdError("nothing"), NOW)


def test_refusal_is_on_the_log(world, refused):
    refused()

    assert world.catalog.log.entry(0)["kind"] == "refusal"


@pytest.mark.parametrize("kind", [AccessDeniedError, BindingError, EntrepotError])
def test_refusal_states_its_code(world, refused, kind):
    statement = world.catalog.receipts.get(refused(kind))["statement"]

    assert statement["code"] == kind.code


def test_refusal_states_no_sql(world, refused):
    identifier = refused()

    assert world.catalog.receipts.get(identifier)["statement"] == {
        "id": identifier,
        "consumer": "statistics-office",
        "purpose": "ent:TradeStatistics",
        "sql_digest": hashlib.sha256(SQL.encode()).hexdigest(),
        "code": "ACCESS_DENIED",
    }
    assert world.execute("SELECT count(*) FROM openings WHERE statement LIKE '%declarant%'") == [
        (0,)
    ]


@pytest.mark.parametrize("sql", ["\ud800", "\x00", "", "x" * 1_000_000])
def test_any_sql_can_be_refused(world, refused, sql):
    identifier = refused(query=Query(QUERY.consumer, QUERY.purpose, sql))

    assert len(world.catalog.receipts.get(identifier)["statement"]["sql_digest"]) == 64


def test_answered_query_is_no_refusal(world):
    with world.catalog.noting_refusal(QUERY, world.now) as identifier:
        pass

    with pytest.raises(NotFoundError):
        world.catalog.receipts.get(identifier)


def test_bug_is_no_refusal(world):
    with pytest.raises(ZeroDivisionError), world.catalog.noting_refusal(QUERY, world.now):
        raise ZeroDivisionError

    assert world.catalog.log.verify() == 0


def test_broken_database_masks_no_error(world):
    world.execute("DROP TABLE openings")
    with (
        pytest.raises(AccessDeniedError, match="no grant") as caught,
        world.catalog.noting_refusal(QUERY, world.now),
    ):
        raise AccessDeniedError("no grant")

    assert "could not be put on record" in caught.value.__notes__[0]


def test_refused_spend_is_noted(world):
    published, grant = world.publish(), world.grant(queries=0)
    with (
        pytest.raises(EntrepotError),
        world.catalog.noting_refusal(QUERY, world.now) as identifier,
    ):
        world.spend("f1", grant, published)

    statement = world.catalog.receipts.get(identifier)["statement"]
    assert statement["code"] == "BUDGET_EXHAUSTED"


def test_catalog_is_made_in_empty_folder(tmp_path):
    with closing(Database(f"sqlite:///{tmp_path}/new.db")) as database:
        keys = Keys.open(tmp_path, "entrepot.example")
        catalog = Catalog(database, keys, clock=lambda: None)

        assert catalog.log.verify() == 0


def test_other_words_have_their_receipt(deal, plan):
    first = deal.answer("f1")
    again = deal.world.catalog.repeat(plan("f1", stated={"sql": "SELECT 2"}), first, deal.world.now)

    assert (again.id, again.wire) == (first.id, first.wire)
    assert again.receipt["statement"]["sql"] == "SELECT 2"
    assert again.receipt["statement"]["cost"] == {"epsilon": 0, "queries": 0}


@pytest.mark.parametrize(
    "stated",
    [
        {"policy": {"rule": "p, other", "digest": "cd" * 32}},
        {"grants": [{"id": "grant_2", "approved_by": "steward"}]},
        {"grants": [{"id": "grant_1", "approved_by": "another"}]},
    ],
)
def test_other_permit_has_its_receipt(deal, plan, stated):
    first = deal.answer("f1")
    again = deal.world.catalog.repeat(plan("f1", stated=stated), first, deal.world.now)

    assert (again.id, again.record == first.record) == (first.id, False)
    assert again.receipt["statement"] | stated == again.receipt["statement"]


@pytest.mark.parametrize("digest", ["cd" * 32, "ef" * 32])
def test_same_basis_has_the_first_receipt(deal, plan, digest):
    first = deal.answer("f1")
    again = plan("f1", stated={"policy": {"rule": "p, statistics-office", "digest": digest}})

    assert deal.world.catalog.repeat(again, first, deal.world.now) is first
