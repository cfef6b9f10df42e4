"""A consumer's question, before anyone has looked at whether it may be answered."""

from dataclasses import dataclass

from data_products.parties import ParticipantId
from data_products.purpose import Purpose


@dataclass(frozen=True)
class Query:
    """Who asks, why, what, and the most privacy loss (in millionths of epsilon) to spend on it."""

    consumer: ParticipantId
    purpose: Purpose
    sql: str
    max_epsilon: int | None = None
