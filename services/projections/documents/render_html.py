"""The page: reads well on a screen and prints to A4. One file, no outside resources, every text escaped."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.projections.documents.blocks import Document
from services.projections.documents.wording import either


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("services.projections.documents", "templates"),
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(document: Document) -> str:
    """The document as one self-contained page."""
    template = _environment().get_template("document.html")
    return template.render(document=document, either=lambda zh, en: either(document.lang, zh, en))
