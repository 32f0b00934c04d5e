"""The commit: all facts that one command caused in one aggregate, as the one message that is stored and hashed."""

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from events.briefing import BriefingFact
from events.bulletin import BulletinFact
from events.case import CaseFact
from events.contact import ContactFact
from events.cooperation import CooperationFact
from events.fact import Code, Digest, Id, Label, Moment, Token
from events.file import FileFact
from events.meeting import MeetingFact
from events.notice import NoticeFact, SeriesFact
from events.publication import CalendarFact
from events.referral import ReferralFact
from events.resolution import ResolutionFact

AnyFact = (
    ContactFact
    | CaseFact
    | ReferralFact
    | NoticeFact
    | FileFact
    | SeriesFact
    | CalendarFact
    | BriefingFact
    | BulletinFact
    | MeetingFact
    | ResolutionFact
    | CooperationFact
)


class Actor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who did it, as the broker authenticated them: never taken from a payload."""

    principal: Token
    role: Code
    unit: Token | None = None


class Sealed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Personal fields as ciphertext: `suite` A1 = AES-256-GCM; `fields` = name -> base64(nonce + ciphertext + tag)."""

    suite: Code
    key: Id
    fields: dict[str, str]


class Commit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One command's facts in one aggregate. `prev` is the hash of the aggregate's previous commit's bytes."""

    id: Id
    kind: Token
    key: Token
    n: Annotated[int, Meta(ge=1)]
    prev: Digest
    occurred: Moment
    recorded: Moment
    actor: Actor
    on_behalf_of: Token | None = None
    command: Token
    command_id: Annotated[str, Meta(min_length=1, max_length=64)]
    # Keyed where the command holds personal fields; tells "the same id, another body" from a true repeat.
    command_digest: Digest
    # The id of the commit that a reaction answered; absent where a partner reads, so that no case can be inferred.
    causation: Id | None = None
    correlation: Id | None = None
    policy: Label
    calendar: Label
    # Set in a ledger that was written under a simulated clock.
    simulated: bool = False
    facts: tuple[AnyFact, ...]
    sealed: Sealed | None = None


_decoder = msgspec.json.Decoder(Commit)
_encoder = msgspec.json.Encoder(order="deterministic")


def encode(commit: Commit) -> bytes:
    """The final bytes: encoded once, then stored, hashed, archived and exported as they are."""
    return _encoder.encode(commit)


def decode(raw: bytes) -> Commit:
    """Strict: raises `msgspec.ValidationError` or `msgspec.DecodeError` on anything that is not a known commit."""
    return _decoder.decode(raw)


def digest(raw: bytes) -> str:
    """SHA-256 of a commit's bytes: the `prev` of the commit after it."""
    return hashlib.sha256(raw).hexdigest()


def genesis(subject: str) -> str:
    """The `prev` of an aggregate's first commit: bound to its subject, so that no chain can be moved to another."""
    return hashlib.sha256(b"lianxi:" + subject.encode("ascii")).hexdigest()


def derive_id(*parts: str) -> str:
    """A deterministic 26-character id (130 bits, Crockford base 32) from parts that are joined unambiguously."""
    joined = "\x1f".join(f"{len(part)}:{part}" for part in parts).encode()
    return id_from(hashlib.sha256(joined).digest())


def id_from(random: bytes) -> str:
    """Write the first 130 bits of at least 17 bytes as an id."""
    number = int.from_bytes(random[:17], "big") >> 6
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(number >> shift) & 31] for shift in range(125, -1, -5))
