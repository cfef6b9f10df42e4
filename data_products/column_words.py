"""A column's ODCS property, and the `privacy...` words in its custom properties.

privacyUse         never, join, dimension, measure or unit; never where it is absent
privacyFilter      none, equals or range; none where it is absent
privacyDomain      the keys of a dimension, as text
privacyStep        the finest step of time of a dimension: hour, day, week, month, quarter, year
privacyRange       [start, end) of a dimension of time, as ISO 8601 days
privacyBounds      [low, high] of a measure, whole numbers in its own unit
privacyScale       decimal digits of a number; 0 where it is absent
privacyCoarser     the dimension to use in its place
privacyRestricted  true where only the coarser column may be used
"""

from collections.abc import Mapping

from data_products.column import Column, ColumnType, Filter, Use
from data_products.digest import Json
from data_products.fields import Fields
from data_products.grid import Bounds, Grid
from data_products.time_grid import Step

WORDS = (
    "privacyUse",
    "privacyFilter",
    "privacyDomain",
    "privacyStep",
    "privacyRange",
    "privacyBounds",
    "privacyScale",
    "privacyCoarser",
    "privacyRestricted",
)


def customs(owner: Mapping[str, Json]) -> Fields:
    """The `privacy...` words among the custom properties of a property or a contract.

    >>> customs({"customProperties": [{"property": "privacyUse", "value": "unit"}]}).values
    {'privacyUse': 'unit'}
    """
    found = owner.get("customProperties")
    entries = found if isinstance(found, list) else []
    return Fields(
        {
            str(entry["property"]): entry["value"]
            for entry in entries
            if str(entry["property"]).startswith("privacy")
        },
        "customProperties",
    )


def as_customs(words: Mapping[str, Json]) -> list[Json]:
    """The words as custom properties."""
    return [{"property": word, "value": value} for word, value in words.items()]


def read_column(values: Mapping[str, Json]) -> Column:
    """The column of a property that is structurally valid ODCS.

    Raises:
        ContractError: with its path beneath the property.
    """
    own, privacy = Fields(values, ""), customs(values)
    return Column(
        name=own.text("name"),
        type=own.choice("logicalType", ColumnType),
        use=privacy.choice("privacyUse", Use, Use.NEVER),
        filter=privacy.choice("privacyFilter", Filter, Filter.NONE),
        grid=_grid(privacy),
        bounds=_bounds(privacy),
        scale=privacy.whole("privacyScale", 0),
        coarser=privacy.text("privacyCoarser", ""),
        restricted=privacy.flag("privacyRestricted", default=False),
        required=own.flag("required", default=False),
        physical_name=own.text("physicalName", ""),
        description=own.text("description", ""),
    )


def _grid(privacy: Fields) -> Grid:
    """The key set that the words declare."""
    # A word that is there and empty is an error, and not the same as one that is not there.
    step = privacy.choice("privacyStep", Step) if "privacyStep" in privacy.values else None
    start, end = None, None
    if "privacyRange" in privacy.values:
        start, end = (privacy.day("privacyRange", value) for value in privacy.pair("privacyRange"))
    return Grid(privacy.texts("privacyDomain"), step, start, end)


def _bounds(privacy: Fields) -> Bounds | None:
    """The bounds that the words declare."""
    if "privacyBounds" not in privacy.values:
        return None
    low, high = privacy.pair("privacyBounds")
    if type(low) is int and type(high) is int:
        return Bounds(low, high)
    raise privacy.wrong(
        "privacyBounds", "found other values, expected two whole numbers", "write [0, 45000]"
    )


def write_column(column: Column) -> dict[str, Json]:
    """The property of a column; words that say what is so without them are left out."""
    own: dict[str, Json] = {"name": column.name, "logicalType": str(column.type)}
    if column.physical_name != column.name:
        own["physicalName"] = column.physical_name
    if column.required:
        own["required"] = True
    if column.description:
        own["description"] = column.description
    return own | {"customProperties": as_customs(_words(column))}


def _words(column: Column) -> dict[str, Json]:
    """The `privacy...` words of a column."""
    grid, bounds = column.grid, column.bounds
    ends = [grid.start.isoformat(), grid.end.isoformat()] if grid.start and grid.end else []
    said: dict[str, Json] = {
        "privacyUse": str(column.use),
        "privacyFilter": "" if column.filter is Filter.NONE else str(column.filter),
        "privacyDomain": [*grid.values],
        "privacyStep": str(grid.step or ""),
        "privacyRange": [*ends],
        "privacyBounds": [bounds.low, bounds.high] if bounds else [],
        "privacyScale": column.scale,
        "privacyCoarser": column.coarser,
        "privacyRestricted": column.restricted,
    }
    return {word: value for word, value in said.items() if value}
