"""Facts of one contact (来电登记): a call, visit or letter that reached a desk. domain.md §4.3 A."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Digest, Fact, Id, Moment, Token

Number = Annotated[str, Meta(min_length=1, max_length=40, description="编号, unique in its desk and year")]


class ContactDrafted(Fact, tag="ContactDrafted.v1", frozen=True, kw_only=True):
    """The number is taken, and what was filled in so far is kept; nothing is decided. A later draft replaces it."""

    number: Number
    desk: Token
    started: Moment
    channel: Code | None = None
    caller_role: Code | None = None
    contact_type: Code | None = None
    category: Code | None = None
    region: Code | None = None
    age_band: Code | None = None
    sex: Code | None = None
    urgency: Code | None = None
    # As in ContactRegistered: shows "the same draft again" and nothing else.
    entry_digest: Digest


class ContactRegistered(Fact, tag="ContactRegistered.v1", frozen=True, kw_only=True):
    """The desk entered a contact. Names, phones and everything typed freely are in the commit's `sealed`."""

    number: Number
    desk: Token
    channel: Code
    started: Moment
    ended: datetime | None = None
    caller_role: Code
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    sex: Code
    urgency: Code
    heard_from: Code | None = None
    confidentiality: Code | None = None
    # HMAC under the contact's own key over the whole entry: shows "the same entry again" and nothing else.
    entry_digest: Digest
    # The earlier contact of the same phone number, when there is one.
    repeat_of: Id | None = None


class ContentRecorded(Fact, tag="ContentRecorded.v1", frozen=True, kw_only=True):
    """通话内容 was written down; the text itself is sealed under `narrative`."""

    characters: int


class OpinionRecorded(Fact, tag="OpinionRecorded.v1", frozen=True, kw_only=True):
    """处理意见: what the duty officer proposes; free words are sealed under `opinion`."""

    unit: Token | None = None


class ResultRecorded(Fact, tag="ResultRecorded.v1", frozen=True, kw_only=True):
    """处理结果 as far as it was known at the desk; the text is sealed under `result`."""

    characters: int


class ContactFinalised(Fact, tag="ContactFinalised.v1", frozen=True, kw_only=True):
    """The entry is complete. Primary dispositions partition the contacts of any period."""

    primary_disposition: Code
    secondary: tuple[Code, ...] = ()
    # Answers to the nine questions of the mandatory-report screen, in order: y, n, u.
    screen: Annotated[str, Meta(pattern=r"\A[ynu]{9}\Z")]
    unit: Token | None = None
    # The unit that is complained of, when there is one: nothing is ever sent there (domain.md §4.3 B, Jinan 32).
    suspect_unit: Token | None = None
    # Not accepted: why, and where the caller was sent instead.
    ground: Code | None = None
    route: Code | None = None


class ContactLinkedToCase(Fact, tag="ContactLinkedToCase.v1", frozen=True, kw_only=True):
    """A repeat was joined to the case in hand instead of opening another."""

    case: Id
    relation: Code


class ContactUnlinkedFromCase(Fact, tag="ContactUnlinkedFromCase.v1", frozen=True, kw_only=True):
    """The contact does not belong to that case after all."""

    case: Id
    reason: Code


class ContactCorrected(Fact, tag="ContactCorrected.v1", frozen=True, kw_only=True):
    """更正: one field of the entry. What stood there stays on record; a personal value is sealed under its name."""

    field: Code
    reason: Code
    # HMAC under the contact's own key over the value that stood there: shows that it was replaced, and by what not.
    old_digest: Digest
    # The new value of a coded field; absent for a personal one and for a field that was emptied.
    new: Token | None = None
    # A corrected phone number: the earlier contact of that number, when there is one.
    repeat_of: Id | None = None


class ContactVoided(Fact, tag="ContactVoided.v1", frozen=True, kw_only=True):
    """作废: the entry no longer counts; its number is never given again."""

    reason: Code


ContactFact = (
    ContactDrafted
    | ContactRegistered
    | ContentRecorded
    | OpinionRecorded
    | ResultRecorded
    | ContactFinalised
    | ContactLinkedToCase
    | ContactUnlinkedFromCase
    | ContactCorrected
    | ContactVoided
)
