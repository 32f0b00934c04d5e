"""Files that units attach (附件): received in parts, sealed under a key of their referral, kept in the broker's object store."""

from services.attachments.spool import Spool, UploadRefused
from services.attachments.store import AttachmentLost, Attachments, AttachmentsUnavailable

__all__ = ["AttachmentLost", "Attachments", "AttachmentsUnavailable", "Spool", "UploadRefused"]
