"""What a document of a numbered series gets when it is issued, and what was corrected in it since. Pure. domain.md §6.2."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from services.projections.documents.blocks import Block, Heading, Paragraph
from services.projections.documents.figure_names import figure_label
from services.projections.documents.figures import SMALL
from services.projections.documents.wording import either, label, text

Row = Mapping[str, Any]
# Figures that may be about one child.
ABOUT_PEOPLE = ("contacts", "cases.outcome.")


class Issue(Struct, frozen=True, kw_only=True):
    """The numbers of an issue, its day, and whom it goes to (codes of list recipient)."""

    number: int
    total: int
    day: date
    report_to: Sequence[str] = ()
    send_to: Sequence[str] = ()
    issue_to: Sequence[str] = ()
    copies: int = 0
    withdrawn: bool = False

    def numbered(self, lang: str) -> str:
        return text("issue.number", lang, n=self.number, total=self.total)

    def distribution(self, lang: str) -> tuple[str, ...]:
        """报尾: 报, 送, 发, and how many copies."""
        lines = [
            either(lang, f"{zh}：{'，'.join(names)}。", f"{en}: {', '.join(names)}.")
            for zh, en, codes in (
                ("报", "To", self.report_to),
                ("送", "Copies", self.send_to),
                ("发", "Distribution", self.issue_to),
            )
            if (names := [label("recipient", code, lang) for code in codes])
        ]
        lines.append(either(lang, f"共印{self.copies}份", f"{self.copies} copies printed"))
        return tuple(lines)


def marked(issue: Issue | None, lang: str) -> str:
    """What stands at the head of an issue that was withdrawn."""
    return either(lang, "（已撤回）", "(withdrawn)") if issue and issue.withdrawn else ""


def corrections(
    rows: Sequence[Row], printed: Mapping[str, int | str], whole: Sequence[str], lang: str
) -> Sequence[Block]:
    """更正栏: what the issue said and what is known now. `rows`: of the query `briefing_corrections`.

    `printed`: the issue's figures as it prints them; `whole`: the families (`referrals`) of which it prints all, nought
    left out. Whatever is not a number there is none here: what a table hides is hidden below it too.
    """
    if not rows:
        return ()
    return (
        Heading(text("corrections", lang)),
        *(Paragraph(_corrected(row, _prints(row, printed, whole), lang)) for row in rows),
    )


def _prints(row: Row, printed: Mapping[str, int | str], whole: Sequence[str]) -> bool:
    figure = str(row["figure"])
    nought = figure not in printed and figure.split(".")[0] in whole
    return nought or isinstance(printed.get(figure), int)


def _corrected(row: Row, is_printed: bool, lang: str) -> str:
    figure, was, now = str(row["figure"]), int(row["was"]), int(row["now"])
    name = figure_label(figure, lang)
    why = either(
        lang,
        f"（依据账本第{row['cause']}条；{label('restatement_reason', row['reason'], lang)}）",
        f" (position {row['cause']} of the ledger; {label('restatement_reason', row['reason'], lang)})",
    )
    if not is_printed:
        changed = either(lang, "有变动，本件不列其数", "changed; this paper does not print it")
    # Two editions side by side are subtracted: a change of a few tells of these few.
    elif figure.startswith(ABOUT_PEOPLE) and (min(was, now) < SMALL or abs(now - was) < SMALL):
        changed = either(lang, "有变动，件数过少不列", "changed by too few to be told")
    else:
        changed = either(lang, f"原为{was}，应为{now}", f"was {was}, is {now}")
    return either(
        lang,
        f"第{row['number']}次更正：{name}{changed}{why}。",
        f"Correction {row['number']}: {name} {changed}{why}.",
    )
