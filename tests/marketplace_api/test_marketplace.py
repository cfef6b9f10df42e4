import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from data_products.errors import (
    AccessDeniedError,
    BindingError,
    BudgetExhaustedError,
    ConflictError,
    ConnectorError,
    ContractError,
    IntegrityError,
    NotFoundError,
    PurposeNotAgreedError,
    PurposeProhibitedError,
    RawRowsError,
    RequestError,
    SchemaMismatchError,
    ThresholdError,
)
from data_products.purpose import Purpose
from marketplace_api.dealings import Verdict, Wish, decided_by, record_of
from tests.marketplace_api.quay import (
    AUDITOR,
    BOTH,
    BY_CHAPTER,
    COLUMNS,
    CUSTOMS,
    DECLARATIONS,
    EVERYONE,
    NO,
    OFFICE,
    OPERATOR,
    OTHER,
    PORT,
    STATISTICS,
    STEWARD,
    VISITS,
    YES,
    contract,
    granted,
    query,
    visits,
)

SMALL = (
    "SELECT hs2, COUNT(*) AS n FROM customs_be.import_declarations WHERE hs2 = '08' GROUP BY hs2"
)
BERTHS = "SELECT terminal, COUNT(*) AS n FROM beanr.vessel_visits GROUP BY terminal"


def wish(purpose=STATISTICS, product=DECLARATIONS):
    return Wish(product, Purpose(purpose), "monthly tables")


def kinds(house):
    """What the log has recorded, in order."""
    size = int(house.checkpoint().splitlines()[1])
    return [house.entry(AUDITOR, index)["kind"] for index in range(size)]


def left(house, product):
    """How many questions the statistics office has left for the product."""
    balances = {record.grant.product: balance for record, balance in house.budgets(OFFICE)}
    return balances[product].queries_left


# Products


def test_published_product_is_listed(house):
    assert [product.id for product in house.products(OFFICE)] == [VISITS, DECLARATIONS]
    assert house.product(OTHER, DECLARATIONS).contract.version == "1.0.0"


def test_contract_comes_back_verbatim(house):
    assert house.contract(OFFICE, VISITS) == visits()


def test_new_version_replaces_old(house):
    house.publish(CUSTOMS, contract("1.1.0"), "delta:customs-be/declarations")
    assert house.product(OFFICE, DECLARATIONS).contract.version == "1.1.0"


def test_published_version_never_changes(house):
    with pytest.raises(ConflictError):
        house.publish(CUSTOMS, contract(title="Others"), "delta:customs-be/declarations")


def test_foreign_product_is_not_published(empty):
    with pytest.raises(AccessDeniedError, match="tenant 'beanr', expected 'customs-be'"):
        empty.publish(CUSTOMS, visits(), "delta:customs-be/declarations")


@pytest.mark.parametrize(
    "location",
    [
        "delta:customs-be/declarations",
        "delta:customs-be/../customs-be/declarations",
        "delta:customs-be/missing",
        "parquet:visits.parquet",
        "parquet:/etc/passwd",
        "parquet:https://evil.example/x",
        "pickle:beanr/visits.parquet",
    ],
)
def test_other_folder_is_not_published(empty, location):
    with pytest.raises(RequestError):
        empty.publish(PORT, visits(), location)


def test_missing_and_foreign_data_look_alike(empty):
    messages = set()
    for location in ("delta:customs-be/declarations", "delta:customs-be/missing"):
        with pytest.raises(RequestError) as raised:
            empty.publish(PORT, visits(), location)
        messages.add(str(raised.value))
    assert len(messages) == 1


def test_broken_contract_is_refused(empty):
    with pytest.raises(ContractError):
        empty.publish(CUSTOMS, contract(mode="open"), "delta:customs-be/declarations")


def test_contract_must_fit_data(empty):
    columns = {**COLUMNS, "weight_kg": ("integer", {"privacyUse": "never"})}
    with pytest.raises(SchemaMismatchError, match="weight_kg"):
        empty.publish(CUSTOMS, contract(columns=columns), "delta:customs-be/declarations")


# Access


def test_request_waits_for_steward(house):
    asked = house.request_access(OFFICE, wish())
    assert (asked.state, asked.requested_by) == ("requested", "office")
    assert [r.id for r in house.access_requests(STEWARD)] == [asked.id]
    assert [r.id for r in house.access_requests(OFFICE)] == [asked.id]


def test_yes_makes_grant(house, clock):
    grant = granted(house)
    (record,) = house.grants(OFFICE)
    assert (record.grant.id, record.grant.approved_by) == (grant, "steward")
    assert (record.grant.expires_at - clock()).days == YES.days


def test_no_makes_none(house):
    asked = house.request_access(OFFICE, wish())
    assert house.decide(STEWARD, asked.id, NO).state == "refused"
    assert house.grants(OFFICE) == []


def test_request_is_decided_once(house):
    asked = house.request_access(OFFICE, wish())
    house.decide(STEWARD, asked.id, NO)
    with pytest.raises(ConflictError):
        house.decide(STEWARD, asked.id, YES)


def test_nobody_approves_own_request(house):
    asked = house.request_access(BOTH, wish())
    with pytest.raises(AccessDeniedError, match="a request of their own"):
        house.decide(BOTH, asked.id, YES)
    assert house.decide(STEWARD, asked.id, YES).state == "approved"


@pytest.mark.parametrize("request_id", ["", "request_0", None])
def test_foreign_steward_finds_no_request(house, request_id):
    asked = house.request_access(OFFICE, wish())
    with pytest.raises(NotFoundError):
        house.decide(PORT, asked.id if request_id is None else request_id, YES)


@pytest.mark.parametrize(
    ("purpose", "error"),
    [
        ("dpv:DirectMarketing", PurposeProhibitedError),
        ("dpv:Marketing", PurposeProhibitedError),
        ("ent:CustomsRiskProfiling", AccessDeniedError),
        ("dpv:ProvideOfficialStatistics", AccessDeniedError),
    ],
)
def test_purpose_must_be_offered(house, purpose, error):
    with pytest.raises(AccessDeniedError) as raised:
        house.request_access(OFFICE, wish(purpose))
    assert type(raised.value) is error
    assert raised.value.hint == "it offers: ent:BerthPlanning, ent:TradeStatistics"


def test_unknown_product_cannot_be_requested(house):
    with pytest.raises(NotFoundError):
        house.request_access(OFFICE, wish(product="beanr.nothing"))


def test_empty_yes_is_refused():
    with pytest.raises(RequestError, match="max_queries 0"):
        Verdict(approve=True, reason="agreed")


@pytest.mark.parametrize("who", [STEWARD, OFFICE])
def test_either_side_revokes(house, who):
    grant = granted(house)
    assert house.revoke(who, grant).revoked_at is not None
    assert house.budgets(OFFICE) == []


@pytest.mark.parametrize("who", [OTHER, PORT, BOTH])
def test_stranger_revokes_nothing(house, who):
    grant = granted(house, VISITS, who=OFFICE, steward=PORT) if who is BOTH else granted(house)
    with pytest.raises(NotFoundError):
        house.revoke(who, grant)


def test_grant_is_revoked_once(house):
    grant = granted(house)
    house.revoke(STEWARD, grant)
    with pytest.raises(ConflictError):
        house.revoke(STEWARD, grant)


def test_others_see_no_grant(house):
    granted(house)
    assert house.grants(OTHER) == house.access_requests(OTHER) == house.grants(PORT) == []


def test_budget_is_shown_while_it_lasts(house, clock):
    granted(house)
    ((_, balance),) = house.budgets(OFFICE)
    assert (balance.epsilon_left, balance.queries_left) == (4_000_000, 20)
    clock.pass_by(days=YES.days)
    assert house.budgets(OFFICE) == []


# Questions


def test_answer_hides_what_it_must(open_house):
    answer = open_house.answer(query(), OFFICE, "key")
    assert answer.release["rows"] == [["84", 24, 2532], ["87", 9, None]]
    assert answer.release["withheld"] == {"cells": [[1, 2]], "below_threshold": 1, "dominated": 1}


def test_first_answer_costs_a_question(open_house):
    answer = open_house.answer(query(BERTHS), OFFICE, "key")
    assert (answer.cached, answer.cost.epsilon, answer.cost.queries) == (False, 500_000, 1)
    assert (answer.budget.epsilon_left, answer.budget.queries_left) == (3_500_000, 19)


def test_same_question_is_free(open_house):
    first = open_house.answer(query(BERTHS), OFFICE, "one")
    again = open_house.answer(query(BERTHS.lower()), OFFICE, "two")
    assert (again.cached, again.cost.epsilon, again.release) == (True, 0, first.release)
    assert again.budget == first.budget


def test_explanation_costs_nothing(open_house):
    told = open_house.explain(query(BERTHS), OFFICE)
    assert (told.plan["epsilon"], told.cached) == ("0.5", False)
    assert told.budget.queries_left == 20
    assert open_house.answer(query(BERTHS), OFFICE, "key").rule == told.plan["rule"]
    assert open_house.explain(query(BERTHS), OFFICE).cached


def test_key_repeats_one_request(open_house):
    first = open_house.answer(query(), OFFICE, "key")
    assert open_house.answer(query(), OFFICE, "key").id == first.id
    with pytest.raises(ConflictError):
        open_house.answer(query(BERTHS), OFFICE, "key")


def test_retry_in_other_words_adds_nothing(open_house):
    open_house.answer(query(BERTHS), OFFICE, "one")
    first = open_house.answer(query(BERTHS.lower()), OFFICE, "two")
    entries = kinds(open_house)
    again = open_house.answer(query(BERTHS.lower()), OFFICE, "two")
    assert again == first
    assert again.receipt["statement"]["sql"] == BERTHS.lower()
    assert kinds(open_house) == entries


def test_retry_after_revocation_is_answered(open_house):
    open_house.answer(query(), OFFICE, "one")
    first = open_house.answer(query(BY_CHAPTER.lower()), OFFICE, "two")
    (record,) = [r for r in open_house.grants(OFFICE) if r.grant.product == DECLARATIONS]
    open_house.revoke(STEWARD, record.grant.id)
    again = open_house.answer(query(BY_CHAPTER.lower()), OFFICE, "two")
    assert (again.release, again.receipt["entry"]) == (first.release, first.receipt["entry"])
    with pytest.raises(AccessDeniedError):
        open_house.answer(query(), OFFICE, "three")


def test_answer_under_new_grant_names_it(open_house):
    first = open_house.answer(query(BERTHS), OFFICE, "one")
    (old,) = [r for r in open_house.grants(OFFICE) if r.grant.product == VISITS]
    open_house.revoke(PORT, old.grant.id)
    grant = granted(open_house, VISITS, steward=PORT)
    again = open_house.answer(query(BERTHS), OFFICE, "two")
    assert (again.release, again.cost.queries) == (first.release, 0)
    assert decided_by(again.receipt["statement"]) == (again.rule, grant)
    assert again.budget.queries_left == left(open_house, VISITS) == 20


def test_racing_retries_get_one_receipt(open_house):
    open_house.answer(query(BERTHS), OFFICE, "one")
    asked = query(BERTHS.lower())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: open_house.answer(asked, OFFICE, "two"), range(8)))
    assert len({answer.receipt["proof"]["index"] for answer in answers}) == 1


def test_keys_of_consumers_are_apart(open_house):
    granted(open_house, who=OTHER)
    first = open_house.answer(query(), OFFICE, "key")
    second = open_house.answer(query(BY_CHAPTER.replace("hs2,", "", 1), who=OTHER), OTHER, "key")
    assert first.id != second.id


def test_race_has_one_outcome(open_house):
    with ThreadPoolExecutor(8) as pool:
        keys = [f"key{i}" for i in range(8)]
        answers = list(pool.map(lambda key: open_house.answer(query(BERTHS), OFFICE, key), keys))
    assert len({json.dumps(answer.release) for answer in answers}) == 1
    assert [answer.cached for answer in answers].count(False) == 1
    assert left(open_house, VISITS) == 19


def test_nothing_to_show_stays_so(open_house):
    for key in ("one", "two"):
        with pytest.raises(ThresholdError):
            open_house.answer(query(SMALL), OFFICE, key)
    assert left(open_house, DECLARATIONS) == 19
    assert kinds(open_house).count("refusal") == 2


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (query("SELECT * FROM customs_be.import_declarations"), RawRowsError),
        (query("SELECT COUNT(*) FROM beanr.nothing"), BindingError),
        (query(purpose="ent:BerthPlanning"), PurposeNotAgreedError),
    ],
)
def test_refusal_is_on_record(open_house, asked, error):
    with pytest.raises(error) as raised:
        open_house.answer(asked, OFFICE, "key")
    receipt = open_house.receipt(OFFICE, record_of(raised.value))
    assert (receipt["entry"]["kind"], receipt["statement"]["code"]) == ("refusal", error.code)


def test_question_without_grant(house):
    with pytest.raises(AccessDeniedError):
        house.answer(query(), OFFICE, "key")


def test_grant_ends_with_time(open_house, clock):
    clock.pass_by(days=YES.days)
    with pytest.raises(AccessDeniedError):
        open_house.answer(query(), OFFICE, "key")


def test_grant_covers_so_many_questions(house):
    granted(house, verdict=Verdict(approve=True, reason="one", max_queries=1))
    house.answer(query(), OFFICE, "one")
    with pytest.raises(BudgetExhaustedError):
        house.answer(query(BY_CHAPTER.replace("SUM", "AVG")), OFFICE, "two")


@pytest.mark.parametrize("method", ["answer", "explain"])
def test_nobody_asks_for_others(open_house, method):
    arguments = (query(who=OFFICE), OTHER, "key")[: 3 if method == "answer" else 2]
    with pytest.raises(AccessDeniedError, match="question of 'statistics-office'"):
        getattr(open_house, method)(*arguments)


def test_missing_data_are_not_located(open_house, data):
    place = data / "beanr" / "visits.parquet"
    content = place.read_bytes()
    place.unlink()
    try:
        with pytest.raises(ConnectorError) as raised:
            open_house.answer(query(BERTHS), OFFICE, "key")
    finally:
        place.write_bytes(content)
    assert "visits" not in f"{raised.value}{raised.value.hint}{raised.value.__cause__}"


def test_answer_is_read_again(open_house):
    answer = open_house.answer(query(), OFFICE, "key")
    again = open_house.recorded(OFFICE, answer.id)
    assert (again.release, again.cached) == (answer.release, True)
    assert open_house.receipt(OFFICE, answer.id)["statement"] == answer.receipt["statement"]


def test_others_read_no_answer(open_house):
    answer = open_house.answer(query(), OFFICE, "key")
    for read in (open_house.recorded, open_house.receipt):
        with pytest.raises(NotFoundError):
            read(OTHER, answer.id)


def test_statement_without_rule_is_refused():
    with pytest.raises(IntegrityError):
        decided_by({"policy": {"rule": "p"}, "grants": []})


# The log


def test_log_has_every_step(open_house):
    open_house.answer(query(), OFFICE, "key")
    assert kinds(open_house) == [
        "publish",
        "publish",
        "request",
        "grant",
        "request",
        "grant",
        "spend",
        "release",
    ]


def test_proof_leads_to_checkpoint(house):
    assert len(house.proof(0, 2)) == 1
    assert set(house.keys()) == {"log", "room"}


# Roles


ALLOWED = {
    "publish": {CUSTOMS},
    "products": {OFFICE, OTHER, CUSTOMS, STEWARD, BOTH, PORT, AUDITOR},
    "product": {OFFICE, OTHER, CUSTOMS, STEWARD, BOTH, PORT, AUDITOR},
    "contract": {OFFICE, OTHER, CUSTOMS, STEWARD, BOTH, PORT, AUDITOR},
    "request_access": {OFFICE, OTHER, BOTH},
    "access_requests": {OFFICE, OTHER, STEWARD, BOTH, PORT},
    "decide": {STEWARD, BOTH},
    "grants": {OFFICE, OTHER, STEWARD, BOTH, PORT},
    "revoke": {OFFICE, STEWARD, BOTH},
    "explain": {OFFICE},
    "recorded": set(),
    "receipt": set(),
    "budgets": {OFFICE, OTHER, BOTH},
    "entry": {OFFICE, OTHER, CUSTOMS, STEWARD, BOTH, PORT, AUDITOR},
}


def attempts(house):
    """Each use case as somebody would try it; a fresh request and grant to each try."""
    return {
        "publish": lambda who: house.publish(
            who, contract("2.0.0"), "delta:customs-be/declarations"
        ),
        "products": house.products,
        "product": lambda who: house.product(who, DECLARATIONS),
        "contract": lambda who: house.contract(who, DECLARATIONS),
        "request_access": lambda who: house.request_access(who, wish()),
        "access_requests": house.access_requests,
        "decide": lambda who: house.decide(who, house.request_access(OFFICE, wish()).id, YES),
        "grants": house.grants,
        "revoke": lambda who: house.revoke(who, granted(house)),
        "explain": lambda who: house.explain(query(), who),
        "recorded": lambda who: house.recorded(who, "release_0"),
        "receipt": lambda who: house.receipt(who, "release_0"),
        "budgets": house.budgets,
        "entry": lambda who: house.entry(who, 0),
    }


@pytest.mark.parametrize("who", EVERYONE, ids=lambda who: who.subject)
@pytest.mark.parametrize("use_case", ALLOWED)
def test_authorization_matrix(house, use_case, who):
    if use_case == "explain":
        granted(house)
    try:
        attempts(house)[use_case](who)
        done = True
    except (AccessDeniedError, NotFoundError):
        done = False
    assert done is (who in ALLOWED[use_case])


@pytest.mark.parametrize("use_case", ALLOWED)
def test_operator_has_no_right(house, use_case):
    with pytest.raises(AccessDeniedError, match="found roles operator, expected"):
        attempts(house)[use_case](OPERATOR)


def test_matrix_covers_every_use_case(house):
    public = {"catalogue", "checkpoint", "keys", "proof", "engine", "close"}
    methods = {name for name in dir(house) if not name.startswith("_")}
    assert methods == set(ALLOWED) | public | {"answer"}
