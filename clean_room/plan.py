"""The plan: what will be computed, on what, how it is protected and what that costs."""

from dataclasses import dataclass, field
from decimal import Decimal

from clean_room.accounting import PrivacyLoss
from clean_room.key_grid import count_cells
from clean_room.regeneration import regenerate
from clean_room.relation import Relation
from clean_room.sensitivity import MICRO, Noise
from connectors.snapshot import Snapshot
from data_products.contract import Contract, Mode
from data_products.digest import Json, digest
from data_products.odcs import dump
from data_products.parties import ParticipantId
from data_products.product import DataProduct
from policies.decision import Permit


@dataclass(frozen=True)
class Plan:
    """A query made safe to run. It is made by rewrite() and by nothing else.

    `noise` has an entry for each measure where noise protects, and none where exact answers are
    shown.
    """

    consumer: ParticipantId
    sql: str = field(repr=False)
    relation: Relation
    permit: Permit
    snapshots: tuple[Snapshot, ...]
    noise: tuple[Noise, ...]
    loss: PrivacyLoss

    @property
    def products(self) -> tuple[DataProduct, ...]:
        """The products that are read."""
        return (self.relation.product,)

    @property
    def mode(self) -> Mode:
        """How the answer is protected."""
        return self.relation.product.contract.terms.mode

    @property
    def question(self) -> str:
        """The digest of what is computed, however it was written."""
        shown = self.relation.presentation
        return digest(
            {
                "aggregates": regenerate(self.relation).sql(dialect="duckdb"),
                "outputs": [[o.name, o.expression.sql().sql()] for o in shown.outputs],
                "having": shown.having.sql().sql() if shown.having else None,
                "order": [[o.expression.sql().sql(), o.descending] for o in shown.ordering],
                "limit": shown.limit,
            }
        )

    @property
    def fingerprint(self) -> str:
        """The digest of who asks what of which data, why and how protected: one answer to each."""
        return digest(
            {
                "consumer": self.consumer,
                "purpose": self.permit.purpose.term,
                "question": self.question,
                "products": self._products(),
                "protection": self._protection(),
            }
        )

    def facts(self) -> dict[str, Json]:
        """What a receipt states about the plan."""
        return {
            "purpose": self.permit.purpose.term,
            "sql": self.sql,
            "question": self.question,
            "products": self._products(),
            "policy": {"rule": self.permit.rule, "digest": self.permit.policy},
            "grants": [{"id": g.id, "approved_by": g.approved_by} for g in self.permit.grants],
            "mode": self.mode.value,
            "protection": self._protection(),
            "cost": {"epsilon": self.loss.epsilon, "queries": self.loss.queries},
        }

    def explanation(self) -> dict[str, Json]:
        """What a consumer is told before anything is spent; none of it depends on the data."""
        obligations = self.permit.obligations
        shown = self.relation.presentation
        return {
            "mode": self.mode.value,
            "epsilon": format(Decimal(self.loss.epsilon) / MICRO, "f"),
            "queries": self.loss.queries,
            "cells": count_cells(self.relation),
            "min_units": obligations.min_units,
            "p_percent": obligations.p_percent,
            "columns": [
                {"name": o.name, "type": o.expression.kind.value, "error": self.error_of(o.name)}
                for o in shown.outputs
            ],
            "rule": self.permit.rule,
        }

    def error_of(self, output: str) -> str:
        """Half the 95 % interval of an output that is a measure itself; else nothing."""
        shown = {o.name: o.expression for o in self.relation.presentation.outputs}
        name = getattr(shown[output], "name", "")
        scales = {measure.name: measure.scale for measure in self.relation.measures}
        for noise in self.noise:
            if noise.measure == name:
                return format(Decimal(noise.half_width).scaleb(-scales[name]), "f")
        return ""

    def _products(self) -> list[Json]:
        """Each product with its version, contract and snapshot."""
        return [
            {
                "product": product.id,
                "version": product.contract.version,
                "contract": contract_digest(product.contract),
                "snapshot": {"version": snapshot.version, "digest": snapshot.digest},
            }
            for product, snapshot in zip(self.products, self.snapshots, strict=True)
        ]

    def _protection(self) -> dict[str, Json]:
        """The rules that the answer was, or will be, protected by."""
        obligations = self.permit.obligations
        return {
            "min_units": obligations.min_units,
            "p_percent": obligations.p_percent,
            "epsilon": self.loss.epsilon,
            "noise": [
                {"measure": n.measure, "sensitivity": str(n.sensitivity), "epsilon": n.epsilon}
                for n in self.noise
            ],
        }


def contract_digest(contract: Contract) -> str:
    """The digest of a contract's document, as receipts state it."""
    return digest(dump(contract))
