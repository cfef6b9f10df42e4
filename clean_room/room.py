"""The clean room itself: plans a permitted query, then runs the plan."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from clean_room.accounting import Accountant
from clean_room.binding import bind
from clean_room.disclosure import disclose
from clean_room.engines import Engine
from clean_room.mechanisms import Mechanism
from clean_room.parsing import Statement, parse
from clean_room.plan import Plan
from clean_room.results import Release
from clean_room.rewrite import rewrite
from clean_room.suggestion import suggest
from connectors import Location, connect
from data_products.contract import Mode
from data_products.digest import Json
from data_products.errors import DifferencingError, EntrepotError, QueryRejectedError, WithheldError
from data_products.product import DataProduct
from data_products.query import Query
from policies.decision import Permit


class CleanRoom:
    """Holds an engine, a mechanism for each mode, the accountant, and where data may lie."""

    def __init__(
        self,
        engine: Engine,
        mechanisms: Mapping[Mode, Mechanism],
        accountant: Accountant,
        roots: tuple[Path, ...],
    ) -> None:
        self._engine = engine
        self._mechanisms = mechanisms
        self._accountant = accountant
        self._roots = roots

    def plan(
        self, statement: Statement, products: Sequence[DataProduct], permit: Permit, query: Query
    ) -> Plan:
        """The plan that answers the statement within the permit; no row is read.

        Raises:
            QueryRejectedError: a rule refuses; with a rewrite that passes, where there is one.
            ConnectorError: a product's data cannot be reached.
        """
        snapshots = tuple(connect(Location.parse(p.location, self._roots)) for p in products)
        try:
            return rewrite(bind(statement, products), permit, query, snapshots)
        except DifferencingError:
            # What is left of the question is its other half: only a steward can say if that is fit.
            raise
        except QueryRejectedError as error:
            error.rewrite = _passing(
                suggest(statement, products[0].contract), products, permit, query
            )
            raise

    def run(self, plan: Plan) -> Release:
        """The plan's release. Its privacy loss is taken before the first row is read.

        Raises:
            BudgetExhaustedError: a budget does not cover the loss; nothing was read.
            WithheldError: nothing may be shown; with a coarser rewrite.
            ExecutionError: the engine could not finish; the loss stays spent.
        """
        grants = plan.permit.grants
        self._accountant.spend(plan.fingerprint, plan.products, grants, plan.loss)
        aggregates = self._engine.run(plan)
        measurements = self._mechanisms[plan.mode].measure(aggregates, plan)
        try:
            return disclose(measurements, plan)
        except WithheldError as error:
            contract = plan.relation.product.contract
            text = suggest(parse(plan.sql), contract, coarser=True)
            error.rewrite = _passing(text, plan.products, plan.permit, _asking(plan))
            raise

    def facts(self) -> dict[str, Json]:
        """The engine and the sandbox measures in force, for receipts."""
        return self._engine.facts()

    def close(self) -> None:
        """Ends the engine's workers."""
        self._engine.close()


def _asking(plan: Plan) -> Query:
    """The query that a plan answers."""
    return Query(plan.consumer, plan.permit.purpose, plan.sql)


def _passing(text: str, products: Sequence[DataProduct], permit: Permit, query: Query) -> str:
    """The text, if it can be planned and is not what was asked; else nothing."""
    try:
        rewrite(bind(parse(text), products), permit, query)
    except EntrepotError:
        return ""
    return "" if text == query.sql else text
