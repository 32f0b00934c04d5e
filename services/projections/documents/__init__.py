"""Documents (文书): built from query answers by pure functions, drawn as .docx, .html and .json."""

from services.projections.documents.blocks import Document, Provenance
from services.projections.documents.briefing import briefing
from services.projections.documents.briefing_figures import Answers, Briefing, brief
from services.projections.documents.meeting import agenda_sheet, meeting_notice, minutes, sign_in_sheet
from services.projections.documents.notice import notice_document, on_paper
from services.projections.documents.registration import registration_document
from services.projections.documents.resolution import notice_slip, resolution_list, resolution_slip
from services.projections.documents.write import write

__all__ = [
    "Answers",
    "Briefing",
    "Document",
    "Provenance",
    "agenda_sheet",
    "brief",
    "briefing",
    "meeting_notice",
    "minutes",
    "notice_document",
    "notice_slip",
    "on_paper",
    "registration_document",
    "resolution_list",
    "resolution_slip",
    "sign_in_sheet",
    "write",
]
