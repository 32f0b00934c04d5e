"""Documents (文书): built from query answers by pure functions, drawn as .docx, .html, .json and .pdf."""

from services.projections.documents.blocks import Document, Provenance
from services.projections.documents.briefing import briefing
from services.projections.documents.briefing_figures import Answers, Briefing, brief
from services.projections.documents.circular import Circular, circular
from services.projections.documents.contact_tables import printed, published
from services.projections.documents.discharge_slip import discharge_slip
from services.projections.documents.figure_names import figure_label
from services.projections.documents.issue import Issue
from services.projections.documents.meeting import agenda_sheet, meeting_notice, minutes, sign_in_sheet
from services.projections.documents.notice import notice_document, on_paper
from services.projections.documents.registration import registration_document
from services.projections.documents.render_pdf import OfficeFailed, OfficeMissing, find_office
from services.projections.documents.resolution import resolution_list, resolution_slip
from services.projections.documents.situation_report import Recorded, situation_report
from services.projections.documents.standing import Contradictory
from services.projections.documents.suppression import Earlier
from services.projections.documents.transfer_letter import transfer_letter
from services.projections.documents.write import write

__all__ = [
    "Answers",
    "Briefing",
    "Circular",
    "Contradictory",
    "Document",
    "Earlier",
    "Issue",
    "OfficeFailed",
    "OfficeMissing",
    "Provenance",
    "Recorded",
    "agenda_sheet",
    "brief",
    "briefing",
    "circular",
    "discharge_slip",
    "figure_label",
    "find_office",
    "meeting_notice",
    "minutes",
    "notice_document",
    "on_paper",
    "printed",
    "published",
    "registration_document",
    "resolution_list",
    "resolution_slip",
    "sign_in_sheet",
    "situation_report",
    "transfer_letter",
    "write",
]
