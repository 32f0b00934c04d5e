"""`--as-of-seq` and `--as-of-time`: an answer as it stood at a past position of the ledger, or on record at a past moment."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import click
from msgspec import Struct

from services.bus.clock import CHINA

FORMATS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]


class AsOf(Struct, frozen=True):
    """A position, or a moment as RFC 3339; neither: now."""

    seq: int | None = None
    moment: str | None = None


NOW = AsOf()


def as_of_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command both options as one argument `as_of`."""

    @click.option(
        "--as-of-seq", "as_of_seq", type=click.IntRange(min=0), help="截至账本的这个位置。 As of this position."
    )
    @click.option(
        "--as-of-time",
        "as_of_time",
        type=click.DateTime(FORMATS),
        help="截至这个时刻已在账的（只写日期为当日24时，北京时间）。 As on record at this moment; a day means its end.",
    )
    @wraps(command)
    def with_as_of(*args: Any, as_of_seq: int | None, as_of_time: datetime | None, **options: Any) -> Any:
        if as_of_seq is not None and as_of_time is not None:
            raise click.UsageError("--as-of-seq and --as-of-time exclude each other")
        return command(*args, as_of=AsOf(as_of_seq, _written(as_of_time) if as_of_time else None), **options)

    return with_as_of


def _written(given: datetime) -> str:
    if given.tzinfo is None:
        given = given.replace(tzinfo=CHINA)
        if given.time() == datetime.min.time():
            given = given.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return given.isoformat()
