"""What turns true values into what may be checked for disclosure: noise, or nothing but weights."""

from typing import Protocol

from clean_room.plan import Plan
from clean_room.results import Aggregates, Measurements


class Mechanism(Protocol):
    """Turns true values into measurements at the plan's privacy loss."""

    def measure(self, aggregates: Aggregates, plan: Plan) -> Measurements:
        """The measurements of every group that may be shown."""
        ...
