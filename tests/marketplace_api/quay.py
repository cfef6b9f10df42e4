"""A small marketplace over real files: a customs product in Delta, a port product in Parquet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from fastapi.testclient import TestClient

from data_products.parties import Participant, ProductId, Role
from data_products.purpose import Purpose
from data_products.query import Query
from marketplace_api.app import create_app
from marketplace_api.clients import Clients
from marketplace_api.dealings import Verdict, Wish

START = datetime(2026, 11, 25, 10, tzinfo=UTC)
STATISTICS = "ent:TradeStatistics"
DECLARATIONS = ProductId("customs-be.import_declarations")
VISITS = ProductId("beanr.vessel_visits")

BY_CHAPTER = """
SELECT hs2, COUNT(*) AS n, SUM(value_eur) AS total
FROM customs_be.import_declarations GROUP BY hs2
"""

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: {tenant}-{name}
name: {title}
version: {version}
status: active
tenant: {tenant}
description:
  purpose: {description}
customProperties:
  - property: privacyTerms
    value:
      unit: {{column: {unit}, kind: company, maxGroups: 4, maxRowsPerGroup: 20}}
      mode: {mode}
      purposes: [ent:TradeStatistics, ent:BerthPlanning]
      prohibitedPurposes: [dpv:Marketing]
      minUnits: 5
      pPercent: 10
      epsilon: {{query: "0.5", consumer: "4.0", product: "40.0"}}
      suggested: [{suggested}]
schema:
  - name: {name}
    physicalType: table
    properties:
"""

COLUMNS = {
    "importer_id": ("string", {"privacyUse": "unit"}),
    "hs2": (
        "string",
        {"privacyUse": "dimension", "privacyFilter": "equals", "privacyDomain": ["08", "84", "87"]},
    ),
    "declared_on": (
        "date",
        {
            "privacyUse": "dimension",
            "privacyFilter": "range",
            "privacyStep": "month",
            "privacyRange": ["2026-01-01", "2026-04-01"],
        },
    ),
    "value_eur": ("integer", {"privacyUse": "measure", "privacyBounds": [0, 100000]}),
}
VISIT_COLUMNS = {
    "ship_id": ("string", {"privacyUse": "unit"}),
    "terminal": (
        "string",
        {"privacyUse": "dimension", "privacyFilter": "equals", "privacyDomain": ["T1", "T2"]},
    ),
}
DECLARED = {
    "tenant": "customs-be",
    "name": "import_declarations",
    "title": "Import declarations",
    "description": "What was declared for import <script>alert(1)</script>.",
    "unit": "importer_id",
    "suggested": "hs2",
    "mode": "exact",
}
VISITED = {
    "tenant": "beanr",
    "name": "vessel_visits",
    "title": "Vessel visits",
    "description": "Calls of ships.",
    "unit": "ship_id",
    "suggested": "terminal",
    "mode": "dp",
}


def contract(version="1.0.0", columns=COLUMNS, **values):
    """A contract document, as a provider would write it."""
    text = CONTRACT.format(**{**DECLARED, **values, "version": version})
    for name, (kind, words) in columns.items():
        text += f"      - name: {name}\n        logicalType: {kind}\n        customProperties:\n"
        for word, value in words.items():
            text += f"          - {{property: {word}, value: {value}}}\n"
    return text


def visits(version="1.0.0", **values):
    """The port's contract."""
    return contract(version, VISIT_COLUMNS, **{**VISITED, **values})


def declarations():
    """Twelve importers in chapter 84, two in 08, and in 87 one who dwarfs the rest."""
    rows = [("84", f"importer-{i}", 100 + i) for i in range(12) for _ in range(2)]
    rows += [("08", f"importer-{i}", 50) for i in range(2)]
    rows += [("87", f"importer-{i}", 1) for i in range(8)] + [("87", "importer-99", 90_000)]
    day = datetime(2026, 2, 3, tzinfo=UTC).date()
    return pa.table(
        {
            "importer_id": [importer for _, importer, _ in rows],
            "hs2": [chapter for chapter, _, _ in rows],
            "declared_on": pa.array([day] * len(rows), pa.date32()),
            "value_eur": pa.array([value for _, _, value in rows], pa.int64()),
        }
    )


@dataclass
class Clock:
    """The time, as long as nobody moves it."""

    at: datetime = START

    def __call__(self):
        return self.at

    def pass_by(self, **span):
        self.at += timedelta(**span)


def participant(organisation, subject, *roles):
    return Participant(organisation, subject, frozenset(map(Role, roles)))


OFFICE = participant("statistics-office", "office", "consumer")
OTHER = participant("shipping-line", "line", "consumer")
CUSTOMS = participant("customs-be", "publisher", "provider")
STEWARD = participant("customs-be", "steward", "steward")
BOTH = participant("customs-be", "both", "steward", "consumer")
PORT = participant("beanr", "port", "provider", "steward")
AUDITOR = participant("court", "auditor", "auditor")
OPERATOR = participant("hub", "operator", "operator")
EVERYONE = (OFFICE, OTHER, CUSTOMS, STEWARD, BOTH, PORT, AUDITOR, OPERATOR)

YES = Verdict(approve=True, reason="agreed", epsilon=4_000_000, max_queries=20)
NO = Verdict(approve=False, reason="not now")


def query(sql=BY_CHAPTER, purpose=STATISTICS, who=OFFICE, max_epsilon=None):
    return Query(who.id, Purpose(purpose), sql, max_epsilon)


@dataclass
class Web:
    """The application as its callers see it: each with a token of the embedded issuer."""

    client: TestClient
    clients: Clients

    def credentials(self, who):
        return who.subject, self.clients.register(who.subject, who.id, who.roles)

    def token(self, who):
        form = {"grant_type": "client_credentials"}
        reply = self.client.post("/oauth2/token", data=form, auth=self.credentials(who))
        return reply.json()["access_token"]

    def call(self, who, method, path, body=None, **headers):
        headers |= {"Authorization": f"Bearer {self.token(who)}"}
        return self.client.request(method, path, json=body, headers=headers)

    def get(self, who, path):
        return self.call(who, "GET", path)

    def ask(self, who, sql, key="key-1", **body):
        question = {"sql": sql, "purpose": STATISTICS, **body}
        return self.call(who, "POST", "/v1/queries", question, **{"Idempotency-Key": key})


def served(house, settings):
    """The marketplace behind the whole application."""
    client = TestClient(create_app(house, settings), raise_server_exceptions=False)
    return Web(client, Clients(settings.data_directory / "clients.json"))


def granted(house, product=DECLARATIONS, who=OFFICE, steward=STEWARD, verdict=YES):
    """The id of a grant that the consumer has asked for and got."""
    asked = house.request_access(who, Wish(product, Purpose(STATISTICS), "monthly tables"))
    return house.decide(steward, asked.id, verdict).grant
