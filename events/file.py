"""Facts of one file that a unit attached to a referral (附件). The file itself lies sealed in the object store.

Nothing here names a person: no file name, no content; the hash proves later that a file is the one that was attached.
"""

from typing import Annotated

from msgspec import Meta

from events.fact import Code, Digest, Fact, Id, Token


class FileAttached(Fact, tag="FileAttached.v1", frozen=True, kw_only=True):
    """`sha256` and `size` (bytes) are those of the plain file."""

    referral: Id
    unit: Token
    sha256: Digest
    size: Annotated[int, Meta(ge=1)]
    media_type: Code
    # How it came when somebody entered it for a unit that works on paper.
    method: Code | None = None


class FileViewed(Fact, tag="FileViewed.v1", frozen=True, kw_only=True):
    """Somebody was given the file. Recorded before it was handed over."""

    purpose: Code


FileFact = FileAttached | FileViewed
