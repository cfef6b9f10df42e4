"""What computes a plan's aggregates: DuckDB, in a process of its own."""

from typing import TYPE_CHECKING, Protocol

# A worker's parent imports this package too: whatever starts a thread would make its forks unsafe.
if TYPE_CHECKING:
    from clean_room.plan import Plan
    from clean_room.results import Aggregates
    from data_products.digest import Json


class Engine(Protocol):
    """Runs plans over the snapshots that they name."""

    def run(self, plan: "Plan") -> "Aggregates":
        """The plan's true aggregates; raises ExecutionError, which never says why."""
        ...

    def facts(self) -> "dict[str, Json]":
        """The engine's name and version and the sandbox measures in force, for receipts."""
        ...

    def close(self) -> None:
        """Ends every process that the engine started."""
        ...
