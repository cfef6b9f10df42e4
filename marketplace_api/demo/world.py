"""The demo world: which tables there are, who owns them, and how they are written.

The whole world comes from a size and a seed; no clock, no file and no real name goes into it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake

from data_products.errors import ConfigurationError
from data_products.parties import ProductId, owner
from marketplace_api.demo import authorities, cargo, gates, moves, ships
from marketplace_api.demo.codes import PORTS
from marketplace_api.demo.gates import Gate
from marketplace_api.demo.moves import Yard
from marketplace_api.demo.ships import Anchorage
from marketplace_api.demo.trade import Flow

FEWEST = 1_000
SEED = 20_250_101
# To be raised when the same seed makes other rows: a space of old ones is not continued then.
EDITION = 1


@dataclass(frozen=True)
class Size:
    """How much there is of everything, counted from the declarations and moves.

    Raises:
        ConfigurationError: too little for the planted situations.
    """

    declarations: int
    moves: int

    def __post_init__(self) -> None:
        """Refuses a world in which the situations would be everything there is."""
        if self.declarations < FEWEST or self.moves < FEWEST:
            raise ConfigurationError(
                f"found {self.declarations} declarations and {self.moves} moves, "
                f"expected at least {FEWEST} of each",
                hint="use one of the sizes tiny, demo and bench",
            )


# Unit tests; a demonstration; and what the clean room is measured on.
SIZES = {
    "tiny": Size(declarations=2_000, moves=15_000),
    "demo": Size(declarations=200_000, moves=1_500_000),
    "bench": Size(declarations=6_000_000, moves=50_000_000),
}

# Consignments of each port, against the declarations of customs-be.
TRADE_SHARE = {"BEANR": 1.0, "PECLL": 0.4, "CLVAP": 0.35}
# Of all moves.
MOVES_SHARE = {"BEANR": 0.5, "PECLL": 0.27, "CLVAP": 0.23}
# Against the declarations of customs-be.
CALLS_SHARE = {"BEANR": 0.1, "PECLL": 0.05, "CLVAP": 0.04}
SLOTS_SHARE = {"BEANR": 0.6, "PECLL": 0.3, "CLVAP": 0.25}
CALLS_A_SHIP = 8


@dataclass(frozen=True)
class Source:
    """A table in chunks, each the same at every call."""

    chunks: int
    chunk: Callable[[int], pa.Table]

    def reader(self) -> pa.RecordBatchReader:
        """The chunks one after another; no more than two are in memory at a time."""
        # The schema is known by the first chunk, which is then not drawn again.
        first = self.chunk(0)
        return pa.RecordBatchReader.from_batches(first.schema, self._batches(first))

    def _batches(self, first: pa.Table) -> Iterator[pa.RecordBatch]:
        """The batches of every chunk, of which the first is drawn already."""
        yield from first.to_batches()
        for number in range(1, self.chunks):
            yield from self.chunk(number).to_batches()


@dataclass(frozen=True)
class World:
    """Every table of the demo, by product."""

    size: Size
    seed: int = SEED

    @cached_property
    def sources(self) -> dict[ProductId, Source]:
        """Where each product's rows come from."""
        found = self._authorities()
        for port in PORTS:
            found |= self._port(port)
        return {ProductId(name): source for name, source in found.items()}

    def flow(self, port: str) -> Flow:
        """The trade into a port; Antwerp's is what customs-be declares."""
        return Flow(port, int(self.size.declarations * TRADE_SHARE[port]), self.seed)

    def _authorities(self) -> dict[str, Source]:
        """The tables of customs-be, over Antwerp's trade, and of fito-pe, over Callao's."""
        belgium, peru = self.flow("BEANR"), self.flow("PECLL")
        return {
            "customs-be.import_declarations": Source(
                belgium.chunks, partial(authorities.declarations, belgium)
            ),
            "customs-be.inspection_outcomes": Source(
                belgium.chunks, partial(authorities.inspection_outcomes, belgium)
            ),
            "customs-be.aeo_register": Source(1, partial(authorities.aeo_register, belgium)),
            "fito-pe.certificates": Source(peru.chunks, partial(authorities.certificates, peru)),
        }

    def _port(self, port: str) -> dict[str, Source]:
        """The six tables of a port."""
        flow, anchorage = self.flow(port), self._anchorage(port)
        gate = Gate(port, int(self.size.declarations * SLOTS_SHARE[port]), self.seed)
        yard = Yard(flow, int(self.size.moves * MOVES_SHARE[port]), gate.drivers)
        tables = {
            "port_calls": Source(anchorage.chunks, partial(ships.port_calls, anchorage)),
            "container_moves": Source(yard.chunks, partial(moves.container_moves, yard)),
            "manifest_lines": Source(flow.chunks, partial(cargo.manifest_lines, flow)),
            "call_emissions": Source(anchorage.chunks, partial(ships.call_emissions, anchorage)),
            "gate_slots": Source(gate.chunks, partial(gates.gate_slots, gate)),
            "dangerous_goods": Source(flow.chunks, partial(cargo.dangerous_goods, flow)),
        }
        return {f"{port.lower()}.{name}": source for name, source in tables.items()}

    def _anchorage(self, port: str) -> Anchorage:
        """A port as ships meet it; the fleet is sized for the calls of all ports."""
        calls = {name: int(self.size.declarations * share) for name, share in CALLS_SHARE.items()}
        return Anchorage(port, calls[port], self.seed, sum(calls.values()) // CALLS_A_SHIP)

    def write(self, product: ProductId, directory: Path) -> Path:
        """Writes a product as a new Delta table beneath the directory, and returns where it is."""
        path = directory / owner(product) / product.partition(".")[2]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_deltalake(path, self.sources[product].reader(), mode="error")
        return path
