"""Reading a feed as a partner does: what is new is kept or passed over, what is broken is a typed error.

Inside, decoding is strict and stops at anything unknown. A partner's program outlives our releases: it must go on when
a fact gets another optional field, and when a kind of fact appears that it has never heard of.
"""

from functools import reduce
from operator import or_
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Raw, Struct

from events.commit import AnyFact, Commit
from events.contract import fact_types


class NotACommit(ValueError):
    """The bytes are no commit of ours. The message says where it went wrong and repeats none of the content."""


class UnknownFact(Struct, frozen=True):
    """A kind of fact that this release does not know: its tag and the fact as it came, tag included."""

    type: str
    data: dict[str, Any]


class Received(Struct, frozen=True):
    """A commit as a partner reads it. `facts` holds all of them in their order, `commit.facts` the known ones."""

    commit: Commit
    facts: tuple[AnyFact | UnknownFact, ...]


class _Tag(Struct):
    type: str


def decode(raw: bytes) -> Received:
    """Read one commit. Unknown fields are passed over, unknown kinds of fact kept as UnknownFact. Raises NotACommit."""
    try:
        envelope = _envelope.decode(raw)
        facts = tuple(_fact(each) for each in envelope.facts)
        known = tuple(each for each in facts if not isinstance(each, UnknownFact))
        plain = msgspec.structs.replace(envelope, facts=())
        commit = msgspec.convert(plain, Commit, from_attributes=True)
    except msgspec.ValidationError as error:
        raise NotACommit(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotACommit(f"not one whole JSON document ({type(error).__name__})") from None
    return Received(msgspec.structs.replace(commit, facts=known), facts)


def _fact(raw: Raw) -> AnyFact | UnknownFact:
    tag = _tag.decode(raw).type
    if tag not in _known:
        return UnknownFact(tag, msgspec.json.decode(raw, type=dict[str, Any]))
    strict, decoder = _known[tag]
    fact: AnyFact = msgspec.convert(decoder.decode(raw), strict, from_attributes=True)
    return fact


def _tolerant(strict: Any, **replaced: Any) -> Any:
    """`strict` as a Struct that passes over unknown fields, in itself and in every Struct that it is made of."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(strict):
        kind = replaced.get(field.name, _opened(field.type))
        if kind != field.type:
            fields.append((field.name, kind) if field.required else (field.name, kind, field.default))
    return msgspec.defstruct(
        strict.__name__,
        fields,
        bases=(strict,),
        tag=strict.__struct_config__.tag,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=False,
    )


def _opened(kind: Any) -> Any:
    """`kind` with the Structs in it made tolerant."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _tolerant(kind)
    if isinstance(kind, UnionType):
        return reduce(or_, map(_opened, get_args(kind)))
    if get_origin(kind) is tuple:
        return tuple.__class_getitem__(tuple(map(_opened, get_args(kind))))
    return kind


_tag = msgspec.json.Decoder(_Tag)
_envelope: Any = msgspec.json.Decoder(_tolerant(Commit, facts=tuple[Raw, ...]))
_known: dict[str, tuple[Any, Any]] = {
    tag: (strict, msgspec.json.Decoder(_tolerant(strict))) for tag, strict in fact_types().items()
}
