"""The demo data space is built through use cases, once, whatever interrupts it."""

from dataclasses import replace

import pytest

from data_products.errors import ConflictError, ConnectorError, EntrepotError
from data_products.parties import Participant, ParticipantId, Role, owner
from data_products.query import Query
from marketplace_api.bootstrap import assemble
from marketplace_api.dealings import Wish
from marketplace_api.demo import declarations_kr
from marketplace_api.demo.questions import QUESTIONS, REFUSALS, Agreement, agreements
from marketplace_api.demo.space import Space, furnish, participant
from marketplace_api.settings import Settings
from policies.access import State
from tests.marketplace_api.demo.korea import HEAD, line

READY = [question for question in QUESTIONS if question.ready]


def asked(built, agreement, sql, key):
    """The answer to a question that rests on an agreement."""
    query = Query(agreement.consumer, agreement.purpose, sql)
    return built.marketplace.answer(query, participant(agreement.consumer, Role.CONSUMER), key)


def requests(built, agreement):
    """What the consumer of an agreement has requested of it."""
    found = built.marketplace.access_requests(participant(agreement.consumer, Role.CONSUMER))
    return [r for r in found if Agreement(r.consumer, r.product, r.purpose) == agreement]


def test_every_product_is_published(built):
    published = {product.id for product in built.marketplace.catalogue()}

    assert published == set(built.space.products)


@pytest.mark.parametrize("agreement", list(agreements()), ids=lambda a: f"{a.consumer}-{a.product}")
def test_steward_of_owner_approved(agreement, built):
    (request,) = requests(built, agreement)

    assert request.state is State.APPROVED
    assert request.requested_by == agreement.consumer
    assert request.decided_by == f"{owner(agreement.product)}-steward"


def test_reopened_space_changes_nothing(built):
    before = built.marketplace.checkpoint()

    built.space.claim()
    built.space.write()
    furnish(built.space, built.marketplace)

    assert built.marketplace.checkpoint() == before


def test_tables_are_not_written_again(built):
    before = sorted(built.space.data.rglob("*.parquet"))

    built.space.write()

    assert sorted(built.space.data.rglob("*.parquet")) == before


class Stall(Space):
    """A space of one product and one agreement, over the tables of another."""

    products = (REFUSALS[1].agreement.product,)
    agreements = (REFUSALS[1].agreement,)


def test_open_request_is_not_filed_again(built, tmp_path):
    (wanted,) = Stall.agreements
    consumer = participant(wanted.consumer, Role.CONSUMER)
    provider = participant(owner(wanted.product), Role.PROVIDER)
    marketplace = assemble(Settings(data_directory=tmp_path, data_roots=(built.space.data,)))
    document = built.space.document(wanted.product)
    marketplace.publish(provider, document, f"delta:{wanted.product.replace('.', '/')}")
    filed = marketplace.request_access(consumer, Wish(wanted.product, wanted.purpose, "before"))

    furnish(Stall(tmp_path, "tiny"), marketplace)
    (found,) = marketplace.access_requests(consumer)
    marketplace.close()

    assert (found.id, found.state) == (filed.id, State.APPROVED)


def test_other_world_is_refused(built):
    other = replace(built.space, size="demo")

    with pytest.raises(ConflictError, match="another demo world"):
        other.claim()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"size": "tiny"}'])
def test_damaged_marker_is_refused(content, tmp_path):
    (tmp_path / "world.json").write_text(content)

    with pytest.raises(ConflictError):
        Space(tmp_path, "tiny").claim()


def test_directory_is_private(tmp_path):
    Space(tmp_path / "new", "tiny").claim()

    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("question", READY, ids=lambda question: question.id)
def test_ready_question_is_answered(question, built):
    answer = asked(built, question.agreement, question.sql, f"ask-{question.id}")

    assert answer.release["columns"]


@pytest.fixture(scope="module", params=REFUSALS, ids=lambda refusal: refusal.id)
def refused(request, built):
    """A question that is to be refused, and the error that it met."""
    refusal = request.param
    with pytest.raises(EntrepotError) as raised:
        asked(built, refusal.agreement, refusal.sql, f"refuse-{refusal.id}")
    return refusal, raised.value


def test_refused_question_has_code(refused):
    refusal, error = refused

    assert error.code == refusal.code
    assert bool(error.rewrite) >= refusal.rewritten


def test_rewrite_is_answered_verbatim(refused, built):
    refusal, error = refused

    if error.rewrite:
        answer = asked(built, refusal.agreement, error.rewrite, f"rewrite-{refusal.id}")
        assert answer.release["rows"]


@pytest.fixture
def real(tmp_path):
    """A space with a folder of real declarations, a row to a file."""
    for name in declarations_kr.FILES:
        (tmp_path / name).write_text(HEAD + line(), encoding="utf-8")
    return Space(tmp_path / "space", "tiny", tmp_path)


def test_real_declarations_are_published(real):
    product = declarations_kr.PRODUCT
    real.claim()
    real._write_real(real.real)
    marketplace = assemble(real.settings(8600))

    marketplace.publish(
        Participant(owner(product), "customs-kr", frozenset({Role.PROVIDER})),
        real.document(product),
        "delta:customs-kr/import_declarations",
    )
    (published,) = marketplace.catalogue()
    marketplace.close()

    assert published.id == product


def test_real_declarations_have_agreements(real, built):
    added = set(real.agreements) - set(built.space.agreements)

    assert {a.consumer for a in added} == {"statistics-office", "customs-be"}
    assert real.products[-1] == declarations_kr.PRODUCT


def test_missing_real_files_are_named(built, tmp_path):
    space = replace(built.space, real=tmp_path / "nowhere")

    with pytest.raises(ConnectorError, match=declarations_kr.FILES[0]):
        space.write()


def test_steward_is_another_subject():
    organisation = ParticipantId("customs-be")

    assert (
        participant(organisation, Role.STEWARD).subject
        != participant(organisation, Role.CONSUMER).subject
    )
