"""The main job, told by doing it: what `entrepot demo` plays through the SDK.

A statistics office finds a product and asks it. Only groups in which no company can be told apart
come out, with a receipt that verifies offline. Then one question is refused and its rewrite
answered, and a rail operator asks one whose answer carries noise.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from entrepot.answer import Answer, cell_text
from entrepot.client import Client, connect
from entrepot.errors import EvidenceError, QueryRejectedError
from entrepot.receipts import Receipt, load
from entrepot.tables import printable, text_table

FIRST_ROWS = 12


@dataclass(frozen=True)
class Question:
    """Who asks what and why, the receipt's file name, and the columns that add up to a total."""

    name: str
    title: str
    asker: str
    purpose: str
    sql: str
    sums: tuple[str, ...]


# The questions are those of the demo world's list; the tests ask all of them.
IMPORTS_SQL = (
    "SELECT hs2, date_trunc('month', date) AS month, SUM(item_value) AS value_eur, "
    "SUM(net_mass_kg) AS mass_kg FROM {table} GROUP BY hs2, month ORDER BY value_eur DESC"
)

IMPORTS = Question(
    "q7-imports",
    "Q7: import value and mass by chapter (HS2) and month",
    "statistics-office",
    "ent:TradeStatistics",
    IMPORTS_SQL.format(table="customs_be.import_declarations"),
    ("value_eur", "mass_kg"),
)
REAL_IMPORTS = Question(
    "q7-imports-kr",
    "Q7 on real declarations: import value and mass by chapter (HS2) and month",
    "statistics-office",
    "ent:TradeStatistics",
    IMPORTS_SQL.format(table="customs_kr.import_declarations"),
    ("value_eur", "mass_kg"),
)
REAL_FRAUD = Question(
    "q8-fraud-kr",
    "Q8 on real declarations: fraud rate by origin and procedure",
    "customs-be",
    "ent:CustomsRiskProfiling",
    "SELECT origin, process_type, AVG(fraud) AS fraud_rate, COUNT(*) AS declarations "
    "FROM customs_kr.import_declarations GROUP BY origin, process_type "
    "ORDER BY declarations DESC",
    ("declarations",),
)
# Even a group that hides its importer's name would be that one importer.
COMPANIES = Question(
    "r2-rewritten",
    "Refused: import value by single importer",
    "statistics-office",
    "ent:TradeStatistics",
    "SELECT importer_id, SUM(item_value) AS value_eur FROM customs_be.import_declarations "
    "GROUP BY importer_id",
    ("value_eur",),
)
# This product's contract asks for noise, so the answer has margins and costs privacy budget.
GATES = Question(
    "q5-gates",
    "Q5: containers (TEU) through the gate by hour of day, with noise",
    "rail-operator",
    "ent:CapacityPlanning",
    "SELECT EXTRACT(hour FROM ts) AS hour, SUM(teu) AS teu FROM beanr.container_moves "
    "WHERE move_kind = 'gate_out' GROUP BY hour ORDER BY hour",
    ("teu",),
)


class Story:
    """Plays the questions, as the profiles in a directory, and saves their receipts in another."""

    def __init__(self, directory: Path, say: Callable[[str], None]) -> None:
        # Both are made for people to try with: the profiles by the service, the receipts here.
        self._profiles = directory / "profiles"
        self._receipts = directory / "receipts"
        self._out = say

    def tell(self, *, real: bool) -> None:
        """Plays everything; `real` says that the real declarations are published too."""
        self._receipts.mkdir(parents=True, exist_ok=True)
        self.list_products()
        for question in (REAL_IMPORTS, REAL_FRAUD) if real else (IMPORTS,):
            self.ask(question)
        self.rewrite(COMPANIES)
        self.ask(GATES)

    def list_products(self) -> None:
        """Shows what there is."""
        with self._client("statistics-office") as client:
            products = client.search()
        self._title("Products")
        rows = [(p.id, p.mode, str(p.min_units), p.title) for p in products]
        self._say(text_table(["product", "mode", "k", "title"], rows))

    def ask(self, question: Question) -> None:
        """Explains a question, asks it, and shows the answer."""
        self._title(question.title)
        self._say(f"{question.asker} asks for {question.purpose}:\n  {question.sql}")
        with self._client(question.asker) as client:
            # Before anything is spent: what it would cost, and who says that it may be asked.
            self._say(str(client.explain(question.sql, purpose=question.purpose)))
            self._answer(client, question, question.sql)

    def rewrite(self, question: Question) -> None:
        """Asks a question that is refused, and then what the refusal proposes."""
        self._title(question.title)
        self._say(f"{question.asker} asks for {question.purpose}:\n  {question.sql}")
        with self._client(question.asker) as client:
            refusal = _refused(client, question)
            self._say(f"refused: {refusal.code}: {refusal}")
            self._say(f"rewrite: {refusal.rewrite}")
            # Verbatim: a rewrite that had to be corrected would be no help.
            self._answer(client, question, refusal.rewrite)

    def _answer(self, client: Client, question: Question, sql: str) -> None:
        """Asks, shows the answer, and verifies its receipt from the saved file alone."""
        answer = client.query(sql, purpose=question.purpose)
        self._say("")
        self._say(answer.table(FIRST_ROWS))
        self._say(f"released in all: {', '.join(_totals(answer, question.sums))}")
        self._say(answer.facts())
        file = self._receipts / f"{question.name}.json"
        answer.receipt.save(file)
        # From the file alone, as an auditor would who has no connection.
        Receipt(load(file), client.keys, answer.receipt.release).verify()
        self._say(f"receipt: verified offline ({file})")

    def _client(self, asker: str) -> Client:
        """A connection as one of the demo's organisations."""
        return connect(self._profiles / f"{asker}.json")

    def _say(self, text: str) -> None:
        """Says something, line by line, whoever wrote it."""
        self._out("\n".join(map(printable, text.split("\n"))))

    def _title(self, text: str) -> None:
        """A heading."""
        self._say(f"\n{text}\n{'-' * len(text)}")


def _refused(client: Client, question: Question) -> QueryRejectedError:
    """The refusal that a question meets."""
    try:
        client.query(question.sql, purpose=question.purpose)
    except QueryRejectedError as refusal:
        return refusal
    # A story that went on from here would hide the worst that can happen.
    raise EvidenceError(f"the service answered what it must refuse: {question.sql}")


def _totals(answer: Answer, names: Iterable[str]) -> Iterable[str]:
    """The sum of what is released of each column."""
    for name in names:
        # Over what is released: a true total would give away what is withheld.
        values = [row[name] for row in answer]
        total = sum((value for value in values if isinstance(value, int | Decimal)), Decimal(0))
        yield f"{name} {cell_text(total, grouped=True)}"
