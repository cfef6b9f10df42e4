"""The Entrepot SDK: ask ports' data questions, keep the receipts, trust only what verifies.

    import entrepot

    with entrepot.connect("statistics-office.json") as mp:
        answer = mp.query(
            "SELECT hs2, SUM(item_value) AS value_eur "
            "FROM customs_be.import_declarations GROUP BY hs2",
            purpose="ent:TradeStatistics",
        )
        print(answer)                   # an aligned table; what is withheld says so
        frame = answer.to_pandas()      # or .rows, .to_arrow(), pl.DataFrame(answer)
        answer.receipt.save("imports.receipt.json")

`query` has verified the receipt by then, against the keys in the profile file. Anybody can do so
again, offline and without us: `entrepot receipt verify imports.receipt.json --log-key ... `.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.access import AccessRequest, Approval, Grant, Refusal
    from entrepot.answer import WITHHELD, Answer
    from entrepot.client import Client, connect
    from entrepot.errors import EntrepotError, ReceiptError, ServiceError
    from entrepot.models import Balance, Budget, Cost, Explanation, Product, ResultColumn
    from entrepot.profile import Profile
    from entrepot.receipts import Keys, Receipt, verify

__all__ = [
    "WITHHELD",
    "AccessRequest",
    "Answer",
    "Approval",
    "Balance",
    "Budget",
    "Client",
    "Cost",
    "EntrepotError",
    "Explanation",
    "Grant",
    "Keys",
    "Product",
    "Profile",
    "Receipt",
    "ReceiptError",
    "Refusal",
    "ResultColumn",
    "ServiceError",
    "connect",
    "verify",
]

_HOMES = {
    "entrepot.access": ("AccessRequest", "Approval", "Grant", "Refusal"),
    "entrepot.answer": ("WITHHELD", "Answer"),
    "entrepot.client": ("Client", "connect"),
    "entrepot.errors": ("EntrepotError", "ReceiptError", "ServiceError"),
    "entrepot.models": ("Balance", "Budget", "Cost", "Explanation", "Product", "ResultColumn"),
    "entrepot.profile": ("Profile",),
    "entrepot.receipts": ("Keys", "Receipt", "verify"),
}


def __getattr__(name: str) -> object:
    """Loads what is named once it is used (PEP 562): the command's help needs none of it."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'entrepot' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The names that the package exports, for completion."""
    return sorted({*globals(), *__all__})
