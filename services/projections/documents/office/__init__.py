"""The office file, part by part: a sheet to write on, the head of each layout, the tail below the text."""

from services.projections.documents.office.head import head
from services.projections.documents.office.sheet import Sheet
from services.projections.documents.office.tail import signed, tail

__all__ = ["Sheet", "head", "signed", "tail"]
