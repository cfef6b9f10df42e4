"""Consignments into a port: what manifests, declarations, moves and inspections all speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from marketplace_api.demo.columns import Frame, Ints


@dataclass(frozen=True)
class Consignments(Frame):
    """Goods that came in, a row to a consignment, coded by the lists of `codes`.

    `day` is the day of declaration, counted from the world's first; `arrived` is minutes since its
    first midnight; `mass` is in tenths of a kilogram and `value` in cents.
    """

    serial: Ints
    day: Ints
    arrived: Ints
    importer: Ints
    seller: Ints
    declarant: Ints
    goods: Ints
    origin: Ints
    departure: Ints
    mode: Ints
    office: Ints
    process_type: Ints
    mass: Ints
    value: Ints

    def __len__(self) -> int:
        """How many consignments there are."""
        return len(self.serial)

    def ending_in(self, rows: Mapping[str, Ints]) -> "Consignments":
        """The same consignments, the last of them overwritten in the named columns."""
        columns = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name, values in rows.items():
            columns[name][-len(values) :] = values
        return Consignments(**columns)
