"""Where a document comes from, in the words that its faces print and in the square code that a phone reads. Pure."""

from services.projections.documents.blocks import Document, Provenance
from services.projections.documents.wording import either


def proof(document: Document) -> str:
    """What stands at the end of a document, line by line: position, hash, digest, code and the command that verifies it."""
    origin = document.provenance
    return warning(document) + either(
        document.lang,
        f"截至账本位置{origin.position}（{origin.as_of}）；\n末条哈希{origin.head_hash}；\n"
        f"数据摘要{origin.figures_digest}；\n程序版本{origin.code}；校验命令：{origin.command}",
        f"As of position {origin.position} ({origin.as_of});\nhead hash {origin.head_hash};\n"
        f"figures digest {origin.figures_digest};\ncode {origin.code}; verify with: {origin.command}",
    )


def warning(document: Document) -> str:
    """What is printed before the proof of a ledger whose clock was simulated; nothing otherwise."""
    if not document.provenance.simulated:
        return ""
    return either(
        document.lang,
        "模拟时钟账本（演示数据，人物均为虚构）。\n",
        "Ledger under a simulated clock: demonstration, all persons fictitious.\n",
    )


def content_of(origin: Provenance) -> str:
    """What the square code holds: one line of `name=value`, the command last because it has spaces."""
    return (
        f"lianxi seq={origin.position} head={origin.head_hash} figures={origin.figures_digest} "
        f"code={origin.code} verify={origin.command}"
    )


def said_of(document: Document) -> str:
    """The alternative text of the square code."""
    return either(document.lang, "二维码：", "Square code: ") + content_of(document.provenance)


def printed_line(document: Document) -> str:
    """The last line of the closing rules: who printed it, a tab, and the day with 印发 behind it. A letter names nobody."""
    who, when = document.printed
    if document.layout == "letter":
        who = ""
    if document.lang != "en" and when.endswith("日"):
        when += "印发"
    return f"{who}\t{when}"
