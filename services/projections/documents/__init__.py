"""Documents (文书): built from query answers by pure functions, drawn as .docx, .html, .json and .pdf."""

from services.projections.documents.blocks import Document, Provenance
from services.projections.documents.briefing import briefing
from services.projections.documents.briefing_figures import Answers, Briefing, brief
from services.projections.documents.notice import notice_document, on_paper
from services.projections.documents.registration import registration_document
from services.projections.documents.render_pdf import OfficeFailed, OfficeMissing, find_office
from services.projections.documents.write import write

__all__ = [
    "Answers",
    "Briefing",
    "Document",
    "OfficeFailed",
    "OfficeMissing",
    "Provenance",
    "brief",
    "briefing",
    "find_office",
    "notice_document",
    "on_paper",
    "registration_document",
    "write",
]
