"""The custom property `privacyTerms` of a contract: whom it protects, and on what terms.

unit               column, kind (company, person), maxGroups, maxRowsPerGroup
mode               exact or dp
purposes           terms of the purpose vocabulary
prohibitedPurposes the same; none where it is absent
minUnits           the threshold; 10 persons or 5 companies where it is absent
pPercent           the dominance rule; 10 where it is absent
epsilon            query, consumer and product, as decimal text; may be absent in mode exact
maxDimensions      3 where it is absent
maxCells           5000 where it is absent
suggested          dimensions to offer first; none where it is absent
"""

from collections.abc import Iterator
from decimal import Decimal

from data_products.digest import Json
from data_products.errors import RequestError
from data_products.fields import MICRO, Fields
from data_products.purpose import Purpose
from data_products.terms import Budgets, Mode, PrivacyUnit, Terms, UnitKind

WORD = "privacyTerms"
# What statistical offices use: more for people, who are protected by law, than for companies.
DEFAULT_UNITS = {UnitKind.PERSON: 10, UnitKind.COMPANY: 5}
DEFAULT_P_PERCENT = 10
KNOWN = (
    "unit",
    "mode",
    "purposes",
    "prohibitedPurposes",
    "minUnits",
    "pPercent",
    "epsilon",
    "maxDimensions",
    "maxCells",
    "suggested",
)


def read_terms(privacy: Fields) -> tuple[PrivacyUnit, Terms]:
    """The privacy unit and the terms, from a contract's `privacy...` words.

    Raises:
        ContractError: with its path beneath the contract.
    """
    fields = privacy.inner(WORD)
    fields.known(KNOWN)
    unit = _unit(fields.inner("unit"))
    return unit, Terms(
        mode=fields.choice("mode", Mode),
        purposes=frozenset(_purposes(fields, "purposes")),
        prohibited=frozenset(_purposes(fields, "prohibitedPurposes")),
        min_units=fields.whole("minUnits", DEFAULT_UNITS[unit.kind]),
        p_percent=fields.whole("pPercent", DEFAULT_P_PERCENT),
        budgets=_budgets(fields),
        max_dimensions=fields.whole("maxDimensions", Terms.max_dimensions),
        max_cells=fields.whole("maxCells", Terms.max_cells),
        suggested=fields.texts("suggested"),
    )


def _unit(fields: Fields) -> PrivacyUnit:
    """The privacy unit; how much one may contribute has no default, for nobody else can know it."""
    fields.known(("column", "kind", "maxGroups", "maxRowsPerGroup"))
    return PrivacyUnit(
        column=fields.text("column"),
        kind=fields.choice("kind", UnitKind),
        max_groups=fields.whole("maxGroups"),
        max_rows_per_group=fields.whole("maxRowsPerGroup"),
    )


def _purposes(fields: Fields, key: str) -> Iterator[Purpose]:
    """The purposes that a field lists."""
    for i, term in enumerate(fields.texts(key)):
        try:
            yield Purpose(term)
        except RequestError as error:
            found = f"found {term[:60]!r}, expected a purpose of the vocabulary"
            raise fields.wrong(f"{key}[{i}]", found, error.hint) from None


def _budgets(fields: Fields) -> Budgets:
    """The budgets; absent, there is none to spend."""
    # Given in part, it is an error: half a budget is not a smaller one.
    if "epsilon" not in fields.values:
        return Budgets(0, 0, 0)
    epsilon = fields.inner("epsilon")
    epsilon.known(("query", "consumer", "product"))
    return Budgets(epsilon.micro("query"), epsilon.micro("consumer"), epsilon.micro("product"))


def write_terms(unit: PrivacyUnit, terms: Terms) -> dict[str, Json]:
    """The value of `privacyTerms`, defaults written out: a reader need not know them."""
    written: dict[str, Json] = {
        "unit": {
            "column": unit.column,
            "kind": str(unit.kind),
            "maxGroups": unit.max_groups,
            "maxRowsPerGroup": unit.max_rows_per_group,
        },
        "mode": str(terms.mode),
        "purposes": sorted(str(purpose) for purpose in terms.purposes),
        "prohibitedPurposes": sorted(str(purpose) for purpose in terms.prohibited),
        "minUnits": terms.min_units,
        "pPercent": terms.p_percent,
        "maxDimensions": terms.max_dimensions,
        "maxCells": terms.max_cells,
        "suggested": [*terms.suggested],
    }
    if terms.budgets.product:
        written["epsilon"] = {
            "query": _decimal(terms.budgets.query),
            "consumer": _decimal(terms.budgets.consumer),
            "product": _decimal(terms.budgets.product),
        }
    return written


def _decimal(micro: int) -> str:
    """Micro-epsilon as decimal text: 500_000 is "0.5"."""
    return format((Decimal(micro) / MICRO).normalize(), "f")
