"""Releases and other outcomes: one to a question, for ever."""

from dataclasses import replace

import pytest

from catalog.releases import RequestKey
from data_products.errors import ConflictError, ExecutionError, IntegrityError, NotFoundError

KEY = RequestKey("statistics-office", "key-1", "digest of the request")


@pytest.fixture
def releases(world):
    """The outcomes on record."""
    return world.catalog.releases


def test_unasked_question_has_no_outcome(releases):
    assert releases.find("f1") is None


def test_answer_is_found_by_question(deal, releases):
    answer = deal.answer("f1")

    assert releases.find("f1") == answer


def test_answer_is_found_by_id(deal, releases):
    answer = deal.answer("f1")

    assert releases.get(answer.id) == answer


def test_wire_is_kept_as_sent(deal):
    assert deal.answer(count=0.1 + 0.2).wire["rows"] == [[0.30000000000000004]]


@pytest.mark.parametrize("identifier", ["", "release_0", "x" * 10_000])
def test_unknown_release_is_not_found(releases, identifier):
    with pytest.raises(NotFoundError):
        releases.get(identifier)


def test_altered_release_is_refused(deal, releases):
    answer = deal.answer(count=42)
    deal.world.tamper("UPDATE releases SET wire = replace(wire, '42', '43')")

    with pytest.raises(IntegrityError, match=f"{answer.id} has been changed"):
        releases.get(answer.id)


def test_exchanged_releases_are_refused(deal, releases):
    first, second = deal.answer("f1", 1), deal.answer("f2", 2)
    wire = deal.world.execute("SELECT wire FROM releases WHERE id = :id", id=second.id)[0][0]
    deal.world.tamper("UPDATE releases SET wire = :wire", wire=wire)

    with pytest.raises(IntegrityError):
        releases.find(first.fingerprint)


def test_new_key_recalls_nothing(releases):
    assert releases.recall(KEY) is None


def test_key_recalls_its_release(deal, releases):
    answer = deal.answer()
    releases.remember(KEY, answer)

    assert releases.recall(KEY) == answer


def test_key_stays_with_first_release(deal, releases):
    first, second = deal.answer("f1"), deal.answer("f2")
    releases.remember(KEY, first)

    assert releases.remember(KEY, second).id == releases.recall(KEY).id == first.id


def test_key_recalls_receipt_that_was_given(deal, releases, plan):
    answer = deal.answer("f1")
    again = deal.world.catalog.repeat(plan("f1", sql="SELECT 2"), answer, deal.world.now)
    releases.remember(KEY, again)
    deal.world.catalog.repeat(plan("f1", sql="SELECT 3"), answer, deal.world.now)

    recalled = releases.recall(KEY)
    assert (recalled.id, recalled.record) == (answer.id, again.record)
    assert recalled.receipt["statement"] == again.receipt["statement"]


def test_receipt_of_another_answer_is_refused(deal, releases):
    first, second = deal.answer("f1", 1), deal.answer("f2", 2)
    releases.remember(KEY, first)
    deal.world.tamper("UPDATE idempotency SET receipt = :id", id=second.id)

    with pytest.raises(IntegrityError, match=f"{first.id} has been changed"):
        releases.recall(KEY)


@pytest.mark.parametrize("step", ["recall", "remember"])
def test_key_is_not_used_twice(deal, releases, step):
    answer = deal.answer()
    releases.remember(KEY, answer)
    other = replace(KEY, question="another question")
    steps = {"recall": releases.recall, "remember": lambda key: releases.remember(key, answer)}

    with pytest.raises(ConflictError, match="another question"):
        steps[step](other)


def test_consumers_have_their_own_keys(deal, releases):
    releases.remember(KEY, deal.answer())

    assert releases.recall(replace(KEY, consumer="insurer")) is None


@pytest.mark.parametrize("name", ["id", "record"])
def test_key_of_unknown_release_is_refused(deal, releases, name):
    made_up = replace(deal.answer(), **{name: "release_0"})

    with pytest.raises(ExecutionError):
        releases.remember(KEY, made_up)


def test_restart_keeps_releases(deal):
    answer = deal.answer()
    deal.world.close()

    assert deal.world.open().releases.get(answer.id).wire == answer.wire
