"""Steps of time: the only instants that a query may group by, or draw a line at.

Moments have no zone: they are UTC, as the contract's timestamps are.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Step(StrEnum):
    """How fine time may be told, from the finest to the coarsest; ISO 8601 weeks, from Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def within(self, finest: "Step") -> bool:
        """Whether every boundary of this step is also one of the finest step.

        >>> Step.QUARTER.within(Step.MONTH), Step.MONTH.within(Step.WEEK)
        (True, False)
        """
        # Weeks cross months, quarters and years, so nothing but a week is made of whole weeks.
        if finest is Step.WEEK:
            return self is Step.WEEK
        order = list(Step)
        return order.index(self) >= order.index(finest) and not (
            self is Step.WEEK and order.index(finest) > order.index(Step.DAY)
        )


def floor(moment: datetime, step: Step) -> datetime:
    """The beginning of the step that the moment lies in."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match step:
        case Step.HOUR:
            return moment.replace(minute=0, second=0, microsecond=0)
        case Step.DAY:
            return day
        case Step.WEEK:
            return day - timedelta(days=day.weekday())
        case Step.MONTH:
            return day.replace(day=1)
        case Step.QUARTER:
            return day.replace(day=1, month=day.month - (day.month - 1) % 3)
    return day.replace(day=1, month=1)


def following(moment: datetime, step: Step) -> datetime:
    """The beginning of the step after the one that the moment lies in."""
    # From the beginning of any step, so many hours lead into the next one and never past it.
    lengths = {Step.HOUR: 1, Step.DAY: 24, Step.WEEK: 24 * 7, Step.MONTH: 24 * 31}
    far = lengths.get(step, 24 * (92 if step is Step.QUARTER else 366))
    return floor(floor(moment, step) + timedelta(hours=far), step)


def steps_between(start: date, end: date, step: Step) -> tuple[str, ...]:
    """The beginnings of the steps that meet [start, end), in ISO 8601; hours carry their time.

    >>> steps_between(date(2026, 1, 15), date(2026, 7, 1), Step.QUARTER)
    ('2026-01-01', '2026-04-01')
    """
    moment, last = floor(datetime.combine(start, time()), step), datetime.combine(end, time())
    found = []
    while moment < last:
        found.append(moment.isoformat() if step is Step.HOUR else moment.date().isoformat())
        moment = following(moment, step)
    return tuple(found)


def on_grid(moment: datetime, step: Step) -> bool:
    """Whether the moment is the beginning of a step."""
    return floor(moment, step) == moment
