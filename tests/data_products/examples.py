"""A contract that is right, so that a test can say which one thing it makes wrong."""

from datetime import date

from data_products.column import Column, ColumnType, Filter, Use
from data_products.contract import Contract
from data_products.grid import Bounds, Grid
from data_products.parties import ProductId
from data_products.purpose import Purpose
from data_products.terms import Budgets, Mode, PrivacyUnit, Terms, UnitKind
from data_products.time_grid import Step

CARRIER = Column("carrier", ColumnType.STRING, Use.UNIT, required=True)
FLAG = Column(
    "flag",
    ColumnType.STRING,
    Use.DIMENSION,
    filter=Filter.EQUALS,
    grid=Grid(values=("BE", "NO")),
    physical_name="Flag State",
    description="ISO 3166-1 alpha-2",
)
BERTH = Column("berth", ColumnType.STRING, Use.DIMENSION, coarser="flag", restricted=True)
ARRIVED = Column(
    "arrived",
    ColumnType.TIMESTAMP,
    Use.DIMENSION,
    filter=Filter.RANGE,
    grid=Grid(step=Step.HOUR, start=date(2026, 1, 1), end=date(2026, 3, 1)),
)
GROSS = Column(
    "gross_kg", ColumnType.NUMBER, Use.MEASURE, bounds=Bounds(0, 45_000), scale=2, required=True
)
COLUMNS = (CARRIER, FLAG, BERTH, ARRIVED, GROSS)


def unit(**changes):
    return PrivacyUnit(
        **{
            "column": "carrier",
            "kind": UnitKind.COMPANY,
            "max_groups": 4,
            "max_rows_per_group": 8,
            **changes,
        }
    )


def terms(**changes):
    return Terms(
        **{
            "mode": Mode.DP,
            "purposes": frozenset({Purpose("ent:TradeStatistics")}),
            "prohibited": frozenset({Purpose("dpv:Marketing")}),
            "min_units": 5,
            "p_percent": 10,
            "budgets": Budgets(500_000, 4_000_000, 40_000_000),
            "suggested": ("flag",),
            **changes,
        }
    )


def contract(**changes):
    return Contract(
        **{
            "product": ProductId("beanr.port_calls"),
            "version": "1.0.0",
            "title": "Port calls",
            "description": "Calls of ships at Antwerp.",
            "columns": COLUMNS,
            "unit": unit(),
            "terms": terms(),
            **changes,
        }
    )


DOCUMENT = """\
apiVersion: v3.1.0
kind: DataContract
id: beanr.port_calls
name: Port calls
version: 1.0.0
status: active
tenant: beanr
description: {purpose: Calls of ships at Antwerp., usage: Port statistics.}
schema:
- name: port_calls
  logicalType: object
  physicalName: calls
  properties:
  - name: carrier
    logicalType: string
    required: true
    customProperties:
    - {property: privacyUse, value: unit}
    - {property: reviewedBy, value: data office}
  - name: flag
    logicalType: string
    physicalName: Flag State
    description: ISO 3166-1 alpha-2
    customProperties:
    - {property: privacyUse, value: dimension}
    - {property: privacyFilter, value: equals}
    - {property: privacyDomain, value: [BE, NO]}
  - name: berth
    logicalType: string
    customProperties:
    - {property: privacyUse, value: dimension}
    - {property: privacyCoarser, value: flag}
    - {property: privacyRestricted, value: true}
  - name: arrived
    logicalType: timestamp
    customProperties:
    - {property: privacyUse, value: dimension}
    - {property: privacyFilter, value: range}
    - {property: privacyStep, value: hour}
    - {property: privacyRange, value: [2026-01-01, 2026-03-01]}
  - name: gross_kg
    logicalType: number
    required: true
    customProperties:
    - {property: privacyUse, value: measure}
    - {property: privacyBounds, value: [0, 45000]}
    - {property: privacyScale, value: 2}
customProperties:
- property: privacyTerms
  value:
    unit: {column: carrier, kind: company, maxGroups: 4, maxRowsPerGroup: 8}
    mode: dp
    purposes: [ent:TradeStatistics]
    prohibitedPurposes: [dpv:Marketing]
    epsilon: {query: 0.5, consumer: "4.0", product: 40}
    suggested: [flag]
"""


def edited(old, new):
    """The document with one thing changed, which must be there to be changed."""
    assert DOCUMENT.count(old) >= 1, old
    return DOCUMENT.replace(old, new, 1)
