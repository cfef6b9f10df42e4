"""search, query and budget: find a product, ask about it, see what is left."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from entrepot.commands.terminal import COMMON, Common, read_stdin, say, show, show_json, show_list
from entrepot.models import Explanation, Product
from entrepot.tables import text_table


@Parameter(name="*")
@dataclass(frozen=True)
class Asking:
    """Why and how a question is asked."""

    purpose: Annotated[str, Parameter(help="What for, such as ent:TradeStatistics.")]
    max_epsilon: Annotated[
        str | None, Parameter(help="The most privacy loss it may cost, such as 0.5.")
    ] = None
    explain: Annotated[
        bool, Parameter(negative="", help="Only say what it would cost; reads and spends nothing.")
    ] = False
    receipt: Annotated[Path | None, Parameter(help="Save the receipt to this file.")] = None


def search(*words: str, common: Common = COMMON) -> None:
    """List the products that have all the words, or show one in full by its name."""
    with common.connect() as client:
        found = client.search(" ".join(words))
        # One product asked for by its own name is wanted in full.
        if [product.id for product in found] == list(words):
            _show_product(client.product(found[0].id), json=common.json)
            return
    rows = [
        (product.id, product.mode, str(product.min_units), " ".join(product.purposes))
        for product in found
    ]
    documents = [product.document for product in found]
    show_list(documents, "product mode k purposes", rows, json=common.json)


def _show_product(product: Product, *, json: bool) -> None:
    """Writes a product with its columns."""
    if json:
        show_json(product.document)
        return
    say(f"{product.title}: {product.description}")
    say(f"{product.mode} answers about at least {product.min_units} of {product.unit}")
    say(f"for: {', '.join(product.purposes)}")
    rows = [(c.name, c.type, c.use, c.filter, c.description) for c in product.columns]
    show(text_table(["column", "type", "use", "filter", "description"], rows))


def query(
    sql: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    how: Asking,
    common: Common = COMMON,
) -> None:
    """Ask a question in SQL, or one read from stdin for -; shown once its receipt verifies."""
    question = read_stdin() if sql == "-" else sql
    with common.connect() as client:
        if how.explain:
            explanation = client.explain(question, purpose=how.purpose, max_epsilon=how.max_epsilon)
            _show_explanation(explanation, json=common.json)
            return
        answer = client.query(question, purpose=how.purpose, max_epsilon=how.max_epsilon)
    # Saved before anything is shown, as whoever reads stdout may stop reading.
    if how.receipt:
        answer.receipt.save(how.receipt)
    if common.json:
        show_json(answer.document)
        return
    show(answer.table())
    say(f"{answer.facts()}\nreceipt: verified offline")


def _show_explanation(explanation: Explanation, *, json: bool) -> None:
    """Writes what a query would do and cost."""
    if json:
        show_json(explanation.document)
        return
    rows = [(c.name, c.type, str(c.error or "")) for c in explanation.columns]
    show(text_table(["column", "type", "95 % interval \u00b1"], rows))
    say(str(explanation))


def budget(*, common: Common = COMMON) -> None:
    """Show what is left under each grant."""
    with common.connect() as client:
        found = client.budgets()
    rows = [
        (
            one.product,
            one.purpose,
            f"{one.balance.epsilon_left} of {one.balance.epsilon_total}",
            f"{one.balance.queries_left} of {one.balance.queries_total}",
        )
        for one in found
    ]
    documents = [one.document for one in found]
    show_list(documents, "product purpose epsilon questions", rows, json=common.json)
