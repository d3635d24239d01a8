"""Parts of a cursor, which came from a client, made into what the database compares with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.plugin import Refused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1


def whole_number(part: object) -> int:
    """Raises: Refused: BAD_CURSOR, when it is not an integer that a database can hold."""
    if not isinstance(part, int) or not 0 <= part <= _LARGEST:
        raise _bad()
    return part


def moment(part: object) -> datetime:
    """The moment that ``to_micros`` was asked for, in UTC. Raises: Refused: BAD_CURSOR."""
    try:
        return _EPOCH + timedelta(microseconds=whole_number(part))
    except OverflowError:
        raise _bad() from None


def _bad() -> Refused:
    return Refused(
        "after is not a cursor of this list: use pageInfo.endCursor of the page before.",
        code="BAD_CURSOR",
        field="after",
    )
