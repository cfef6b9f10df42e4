"""A consumer's question, before anyone has looked at whether it may be answered."""

from dataclasses import dataclass

from data_products.errors import RequestError
from data_products.parties import ParticipantId
from data_products.purpose import Purpose


@dataclass(frozen=True)
class Query:
    """Who asks, why, what, and the most privacy loss (in millionths of epsilon) to spend on it."""

    consumer: ParticipantId
    purpose: Purpose
    sql: str
    max_epsilon: int | None = None

    def __post_init__(self) -> None:
        """Refuses a ceiling that no loss could lie under."""
        if self.max_epsilon is not None and self.max_epsilon <= 0:
            raise RequestError(
                f"found max_epsilon of {self.max_epsilon} millionths, expected one over 0",
                hint="write the most epsilon to spend, such as 0.5, or leave it out",
            )
