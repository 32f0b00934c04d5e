"""What every recorded fact shares, and the small types that facts are made of."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

# `\A … \Z`, never `^ … $`: `$` lets a trailing newline through (nats.md, reliability.md finding 9).
Id = Annotated[str, Meta(pattern=r"\A[0-9A-Z]{26}\Z", description="26 characters 0-9 A-Z")]
Code = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z][0-9A-Za-z_-]{0,31}\Z", description="a code of a code list")]
Token = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z][0-9A-Za-z_-]{0,63}\Z", description="one ASCII subject token")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", description="SHA-256, lower-case hex")]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset; we write +08:00")]
Label = Annotated[str, Meta(min_length=1, max_length=80, description="a short official term; never a person's name")]


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One immutable thing that happened. Its tag carries its version: `ReferralIssued.v1`."""
