"""/v1/queries: explain a question, ask it, read the answer and its receipt again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Response
from fastapi import Query as Param
from fastapi.responses import JSONResponse
from pydantic import ConfigDict

from catalog.access_records import GrantRecord
from catalog.ledger import Balance
from data_products.digest import canonical
from data_products.parties import Participant
from data_products.purpose import Purpose
from data_products.query import Query
from marketplace_api.dealings import Answer, Explanation
from marketplace_api.routes.documents import answers
from marketplace_api.service import Caller, House
from marketplace_api.spreadsheets import as_csv
from marketplace_api.wire import Document, Epsilon, Incoming, Outgoing, ShortText, decimal, micro

router = APIRouter(prefix="/v1", tags=["queries"])

Named = Annotated[str, Path(max_length=100)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,200}$",
        description="a fresh value, such as a UUID, for each question; again for a repetition",
    ),
]


class QueryIn(Incoming):
    """A question, why it is asked, and the most privacy loss that it may cost."""

    sql: str
    purpose: ShortText
    max_epsilon: Epsilon | None = None

    def query(self, participant: Participant) -> Query:
        """The question in the marketplace's words."""
        most = None if self.max_epsilon is None else micro(self.max_epsilon)
        return Query(participant.id, Purpose(self.purpose), self.sql, most)


class CostOut(Outgoing):
    """What a question costs: privacy loss, and questions of the grant's number."""

    epsilon: Epsilon
    queries: int


class BudgetOut(Outgoing):
    """What a grant allows still, and at first."""

    epsilon_left: Epsilon
    epsilon_total: Epsilon
    queries_left: int
    queries_total: int

    @classmethod
    def of(cls, balance: Balance) -> "BudgetOut":
        """The wire form."""
        return cls(
            epsilon_left=decimal(balance.epsilon_left),
            epsilon_total=decimal(balance.epsilon_total),
            queries_left=balance.queries_left,
            queries_total=balance.queries_total,
        )


class GrantBudgetOut(BudgetOut):
    """A grant in force with its budget."""

    grant: str
    product: str
    purpose: str
    expires_at: datetime

    @classmethod
    def of_grant(cls, record: GrantRecord, balance: Balance) -> "GrantBudgetOut":
        """The wire form."""
        grant = record.grant
        return cls(
            grant=grant.id,
            product=grant.product,
            purpose=str(grant.purpose),
            expires_at=grant.expires_at,
            **BudgetOut.of(balance).model_dump(),
        )


class BudgetsOut(Outgoing):
    """The budgets of an organisation's grants in force."""

    budgets: list[GrantBudgetOut]


class ExplanationOut(Outgoing):
    """What asking would cost and give; `error` is half the 95 % interval of a column's noise."""

    model_config = ConfigDict(extra="allow")

    mode: str
    epsilon: Epsilon
    queries: int
    rule: str
    budget: BudgetOut
    cached: bool

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplanationOut":
        """The wire form."""
        budget = BudgetOut.of(explanation.budget)
        return cls.model_validate(
            {**explanation.plan, "budget": budget, "cached": explanation.cached}
        )


class AnswerOut(Outgoing):
    """A release with its receipt; `cost` is what this request cost, nothing if it is cached."""

    id: str
    release: Document
    cached: bool
    cost: CostOut
    rule: str
    budget: BudgetOut
    receipt: Document

    @classmethod
    def of(cls, answer: Answer) -> "AnswerOut":
        """The wire form."""
        return cls(
            id=answer.id,
            release=answer.release,
            cached=answer.cached,
            cost=CostOut(epsilon=decimal(answer.cost.epsilon), queries=answer.cost.queries),
            rule=answer.rule,
            budget=BudgetOut.of(answer.budget),
            receipt=answer.receipt,
        )


@router.post(
    "/queries:explain",
    summary="Explain a question",
    responses=answers(401, 403, 413, 422, 429),
)
def explain(house: House, participant: Caller, body: QueryIn) -> ExplanationOut:
    """What asking would cost and give. Nothing is spent and no row is read. Role: consumer."""
    return ExplanationOut.of(house.explain(body.query(participant), participant))


@router.post(
    "/queries",
    summary="Ask a question",
    responses=answers(401, 403, 409, 413, 422, 429),
)
def ask(house: House, participant: Caller, body: QueryIn, key: Key) -> AnswerOut:
    """Answers with a safe aggregate and a receipt, or says why not. Role: consumer."""
    return AnswerOut.of(house.answer(body.query(participant), participant, key))


@router.get(
    "/queries/{release_id}", summary="Read an answer again", responses=answers(401, 403, 404)
)
def recorded(house: House, participant: Caller, release_id: Named) -> AnswerOut:
    """An answer that was given to one's organisation. Role: consumer."""
    return AnswerOut.of(house.recorded(participant, release_id))


@router.get(
    "/queries/{release_id}/result",
    response_class=Response,
    summary="Download a result",
    responses={
        **answers(401, 403, 404),
        200: {
            "description": "the release, as JSON or as CSV that is safe in a spreadsheet",
            "content": {"application/json": {}, "text/csv": {}},
        },
    },
)
def result(
    house: House,
    participant: Caller,
    release_id: Named,
    form: Annotated[Literal["json", "csv"], Param(alias="format")] = "json",
) -> Response:
    """The release alone; in CSV, cells that are not shown say "(withheld)". Role: consumer."""
    release = house.recorded(participant, release_id).release
    if form == "json":
        return JSONResponse(release)
    # A download and never a page: what is in it are a consumer's words and a provider's keys.
    name = f'attachment; filename="{release_id}.csv"'
    return Response(as_csv(release), media_type="text/csv", headers={"Content-Disposition": name})


@router.get(
    "/receipts/{record_id}",
    summary="Read a receipt",
    response_model=Document,
    responses=answers(401, 403, 404),
)
def receipt(house: House, participant: Caller, record_id: Named) -> Response:
    """The receipt of an answer or a refusal, to be verified offline. Role: consumer."""
    # Canonical, so that what a plain download saves is the file that verifiers want.
    found = canonical(house.receipt(participant, record_id))
    return Response(found, media_type="application/json")


@router.get("/budgets", summary="Read budgets", responses=answers(401, 403))
def budgets(house: House, participant: Caller) -> BudgetsOut:
    """What is left of one's organisation's grants in force. Role: consumer."""
    held = house.budgets(participant)
    return BudgetsOut(budgets=[GrantBudgetOut.of_grant(grant, left) for grant, left in held])
