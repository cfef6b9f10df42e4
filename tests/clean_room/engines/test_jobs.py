"""What a worker is told, and what it is not."""

from dataclasses import replace

import pyarrow as pa
import pytest
from harbour import COLUMNS, DECLARATIONS, NOISY, declarations, plan

from clean_room.engines.jobs import job
from clean_room.plan import Plan
from connectors.opening import Identity
from connectors.snapshot import DataFile, Snapshot

SEEN = Identity(1, 2, 3, 4, 5)
TABLE = "FROM customs_be.import_declarations"


def told(asked: Plan) -> dict[str, object]:
    """The job of a plan."""
    return job(asked, memory=128, threads=1)


def types(sql: str) -> dict[str, list[str]]:
    """The columns of a query's job with their types."""
    return {column["name"]: column["types"] for column in told(plan(sql))["columns"]}


def test_job_has_only_needed_columns():
    sql = f"SELECT hs2, SUM(fraud) AS n {TABLE} WHERE origin = 'CN' GROUP BY hs2"
    assert list(types(sql)) == ["importer_id", "hs2", "origin", "fraud"]


def test_measures_have_room():
    sql = f"SELECT channel, SUM(item_value), SUM(correction), COUNT(inspected) {TABLE} GROUP BY 1"
    assert types(sql) == {
        "importer_id": ["VARCHAR"],
        "channel": ["BIGINT"],
        "inspected": ["BOOLEAN"],
        "item_value": ["DECIMAL(18,2)", "DECIMAL(19,2)"],
        "correction": ["BIGINT", "HUGEINT"],
    }


def test_job_holds_no_text_of_ours():
    sql = f'SELECT hs2 AS my_alias, COUNT(*) AS "n" {TABLE} GROUP BY my_alias -- comment'
    assert not {"my_alias", "comment"} & set(str(told(plan(sql))).replace('"', " ").split())


def renamed() -> Plan:
    """A plan over a table with column mapping, of which the contract renames a column."""
    columns = [
        replace(column, physical_name="Origin Country") if column.name == "origin" else column
        for column in COLUMNS
        if column.name != "dispatch"
    ]
    snapshot = Snapshot(
        "delta",
        3,
        "0" * 64,
        (
            DataFile("/a", (("Origin Country", "CN"), ("hs2", None)), (1, 5), ("fraud",), SEEN),
            DataFile("/b", (("origin", "US"),), (), ("dispatch",)),
        ),
        pa.schema([]),
        (("Origin Country", "col-1"), ("origin", "col-2"), ("hs2", "col-3")),
    )
    sql = f"SELECT origin, hs2, SUM(fraud) AS n {TABLE} GROUP BY 1, 2"
    return plan(sql, declarations(columns=columns), snapshot)


def test_mapping_goes_by_the_tables_names():
    sources = {c["name"]: c["source"] for c in told(renamed())["columns"]}
    assert sources == {
        "importer_id": "importer_id",
        "origin": "col-1",
        "hs2": "col-3",
        "fraud": "fraud",
    }


def test_constants_go_by_the_contracts_names():
    assert told(renamed())["files"] == [
        {
            "path": "/a",
            "identity": [1, 2, 3, 4, 5],
            "constants": {"origin": "CN", "hs2": None, "fraud": None},
            "deleted": [1, 5],
        },
        {"path": "/b", "identity": [0] * 5, "constants": {}, "deleted": []},
    ]


@pytest.mark.parametrize(
    ("keys", "condition"),
    [
        ("channel", '("k0") IN ((1), (2), (3))'),
        ("inspected", '("k0") IN ((TRUE), (FALSE))'),
        ("DATE_TRUNC('YEAR', date)", "IN ((CAST('2020-01-01' AS DATE)), (CAST('2021-01-01'"),
        (
            "EXTRACT(YEAR FROM date), channel, EXTRACT(QUARTER FROM date)",
            '("k0", "k2") IN ((2020, 1), (2020, 2), (2020, 3), (2020, 4), (2021, 1), (2021, 2))',
        ),
    ],
)
def test_noisy_groups_keep_to_the_grid(keys, condition):
    sql = f"SELECT COUNT(*) AS n {TABLE} GROUP BY {keys}"
    assert condition in told(plan(sql, NOISY))["query"]
    assert condition not in told(plan(sql, DECLARATIONS))["query"]


def test_empty_grid_is_no_group():
    sql = f"SELECT COUNT(*) AS n {TABLE} WHERE channel = 9 GROUP BY channel"
    assert "WHERE FALSE" in told(plan(sql, NOISY))["query"]
