"""What is wanted of samples, as people and programs say it: days in UTC, the last one included."""

from datetime import UTC, date, datetime, time, timedelta

from app.db.repositories.sample_search import SampleFilter
from app.errors import InvalidInput


def registered_between(
    since: date | None, until: date | None, *, has_warnings: bool = False, needs_review: bool = False
) -> SampleFilter:
    """The filter of samples registered on these days or between them.

    Raises:
        InvalidInput: The last day is before the first, or is the last day that there is.
    """
    if since is not None and until is not None and until < since:
        raise InvalidInput("until", f"The last day, {until}, is before the first, {since}; exchange them.")
    if until == date.max:
        raise InvalidInput("until", f"The last day, {until}, is beyond every calendar; choose an earlier one.")
    return SampleFilter(
        has_warnings=has_warnings,
        needs_review=needs_review,
        since=_start_of(since) if since else None,
        until=_start_of(until + timedelta(days=1)) if until else None,
    )


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC))
