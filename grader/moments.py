"""Times as people type them: with an offset, or as this machine's clock has them."""

from __future__ import annotations

from datetime import datetime, timezone

import dateutil.parser  # type: ignore[import-untyped]

from .errors import GraderError

FORM = "%Y-%m-%d %H:%M:%S UTC"
LOCAL_FORM = "%Y-%m-%d %H:%M:%S %z"


def parse_moment(text: str) -> datetime:
    """A moment in UTC, without an offset, as nbgrader's gradebook keeps it.

    Raises:
        GraderError: for a text that names no time.
    """
    try:
        moment: datetime = dateutil.parser.parse(text)
        if moment.tzinfo is None:
            moment = moment.astimezone()
        return moment.astimezone(timezone.utc).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise GraderError(
            f"{text!r} is no time; write it like '2026-03-01 18:00 +0900'."
        ) from None


def stamp(moment: datetime) -> str:
    """A moment in UTC the way timestamp.txt has it."""
    return moment.strftime(FORM)


def local(moment: datetime) -> str:
    """A moment in UTC as this machine's clock has it, with the offset and the zone's name.

    The part before the bracket can be typed where a time is asked for.
    """
    here = moment.replace(tzinfo=timezone.utc).astimezone()
    return f"{here.strftime(LOCAL_FORM)} ({here.tzname()})"
