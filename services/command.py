"""What every command shares: who sends it is never in it, the broker knows that."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

CommandId = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z][0-9A-Za-z._:-]{0,63}\Z", description="idempotent for ever")]
Text = Annotated[str, Meta(max_length=8000, description="typed freely; stored sealed, never in a read model")]
ShortText = Annotated[str, Meta(max_length=200, description="typed freely; stored sealed, never in a read model")]


class Command(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`occurred`: when it happened in the field, if earlier than now. `seen`: the `n` the sender last saw, if it matters."""

    command_id: CommandId
    occurred: Annotated[datetime, Meta(tz=True)] | None = None
    seen: Annotated[int, Meta(ge=0)] | None = None
