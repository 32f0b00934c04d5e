"""Documents made by hand for the tests of their faces: every layout, every block, and texts that nobody meant well."""

import re
import unicodedata
from typing import Any, get_args

from services.projections.documents.blocks import (
    Bars,
    Block,
    Document,
    Form,
    Heading,
    Intervals,
    Layout,
    Paragraph,
    Provenance,
    Table,
    Tiles,
    Trend,
)
from services.projections.documents.drawing import is_chart, scene_of
from services.projections.documents.drawing.scene import Text
from services.projections.documents.legible import shown

LAYOUTS: tuple[Layout, ...] = get_args(Layout)
ORIGIN = Provenance(
    position=480,
    head_hash="c5" * 32,
    as_of="2026-06-30T17:30:00+08:00",
    code="0.1.0+test",
    figures_digest="7d" * 32,
    command="lianxi audit verify",
    simulated=True,
)
CHARTS: tuple[Block, ...] = (
    Bars("处置构成（件）", (("电话解答（含心理疏导）", 90, "90（78.9%）"), ("转给名称很长很长很长很长很长的承办单位", 18, "18"), ("直接协调", 0, "0"))),
    Bars("每周来电量（件）", tuple((f"{week // 4 + 1:02}-{week % 4 * 7 + 1:02}", week * 7 % 13, str(week * 7 % 13)) for week in range(26))),
    Intervals("按时办结率", (("市教育局", 0.8, 0.5, 0.95, "8/10"), ("Civil Affairs Bureau", 1.0, 0.2, 1.0, "1/1"))),
    Trend("月度来电（件）", tuple((f"{month}月", month * 37 % 29) for month in range(1, 13)), ((3, 9),) * 12, "去年同期区间"),
    Tiles("各县来电（件）", (("东安区", 2, 1, 12, "12"), ("阳明区", 3, 1, 30, "30"), ("林口县", 2, 0, None, "未开通"), ("宁安市", 2, 2, 3, "<5"))),
)  # fmt: skip
HOSTILE = (
    "<w:p>", "{{7*7}}", "=cmd()", "＝1+1", "\t=1", "a\x00b\x1bc", "𠮷野家", "半\ud800截", "\u202e反向", "]]>&amp;<script>x()</script>",
    "甲\r\n乙", "\ufffe", "名" * 50, "x" * 50,
)  # fmt: skip
_TEXT = {
    "zh": ("一、总体情况", "（一）签收", "1. 按时签收", "（1）逾期签收", "本期共登记来电来访114件，各类相加与登记总数一致。", "单位", "市民政局", "办理情况"),
    "en": ("1. Overview", "1.1 Signing", "1.1.1 In time", "(1) Late", "114 contacts were registered; they add up as the register.", "Unit", "Civil Affairs", "What was done"),
}  # fmt: skip


def sample(layout: Layout, lang: str = "zh", **more: Any) -> Document:
    """A document of a layout that has every part it can have."""
    en = lang == "en"
    one, two, three, four, said, unit, name, done = _TEXT[lang]
    told = layout in ("official", "letter")
    fields: dict[str, Any] = {
        "kind": "sample",
        "lang": lang,
        "layout": layout,
        "masthead": "Office of the Joint Meeting on Youth Rights" if en else "青少年维权工作联席会议办公室",
        "number": "青督〔2026〕3号" if told else "No. 3" if en else "第3期",
        "issuer": "Office of the Joint Meeting" if en else "联席会议办公室",
        "dated": "2026-03-16" if en else "2026年3月16日",
        "title": "Circular on the handling of referrals of the hotline in the first half of 2026"
        if en
        else "关于2026年上半年全市青少年维权热线转办事项办理情况和督办销号情况的通报",
        "secrecy": "Internal: keep safe" if en else "内部资料　注意保存",
        "urgency": "Urgent" if en else "加急",
        "addressee": name if told else "",
        "blocks": (
            Heading(one), Paragraph(said * 4), Heading(two, 2), Paragraph(said), Heading(three, 3), Paragraph(said, bold=True),
            Heading(four, 4), Paragraph(said, indent=False),
            Table((unit, "n", "%"), ((name, "12", "78.9%"), (name, "3", "<5")), f"{unit} 1", (60, 20, 20), f"<5: {said}"),
            Form((((unit, name), (done, said)), ((done, said * 3),))),
            *CHARTS,
        ),
        "provenance": ORIGIN,
        "closing": (name, "2026-03-16" if en else "2026年3月16日") if told else (),
        "foot": () if layout == "form" else ("Copies: the member units." if en else "抄送：市教育局，市公安局，市民政局，市司法局，市总工会，市妇女联合会，市残疾人联合会。",),
        "printed": ("", "") if layout == "form" else (name, "2026-03-16" if en else "2026年3月16日"),
        "attachments": (f"{unit} A", f"{said}") if told else (),
        "model": {"figures": {"contacts": 114}},
    }  # fmt: skip
    return Document(**(fields | more))


def hostile() -> Document:
    """A document whose every text was sent by somebody who wanted to break it."""
    charts = (
        Bars("<图>", tuple((each, 1, each) for each in HOSTILE[:12])),
        Tiles("{{格}}", ((HOSTILE[6], 0, 0, 1, "<b>"),)),
    )
    table = Table(HOSTILE[:2], tuple((each, each) for each in HOSTILE), "</table>")
    form = Form((((HOSTILE[0], "叙述" * 5000),),))
    blocks = (*map(Paragraph, HOSTILE), table, form, Paragraph("经过" * 5000), *charts)
    return sample("official", title="<w:t>{{title}}", masthead="<red>𠮷", blocks=blocks, model={"told": HOSTILE})


def texts(document: Document) -> list[str]:
    """Every text that a reader must find in each face."""
    found = [document.masthead, document.number, document.secrecy, document.urgency, document.title, document.addressee]
    found += [*document.closing, *document.foot, *document.attachments, document.provenance.head_hash]
    if document.layout not in ("official", "letter"):
        found += [document.issuer, document.dated]
    for block in (*document.blocks, *document.annexes):
        match block:
            case Heading(text) | Paragraph(text):
                found.append(text)
            case Table(columns, rows, title, _, note):
                found += [title, note, *columns, *(cell for row in rows for cell in row)]
            case Form(lines):
                found += [part for line in lines for pair in line for part in pair]
            case _ if is_chart(block):
                shapes = scene_of(block, document.lang).shapes
                found += [block.title, *(shape.text for shape in shapes if isinstance(shape, Text))]
    return [shown(each) for each in found if each]


# A browser's PDF may name a character by the radical that looks like it; NFKC knows the other radicals alone.
_RADICALS = str.maketrans("⻘⺠⻓⻅⻆⻔⻋⻛⻚⻢⻥⻦⻩⻬⻰⻄⻮⻝⻉⻜⻙", "青民长见角门车风页马鱼鸟黄齐龙西齿食贝飞韦")


def plain(text: str) -> str:
    """A text without what a page does to it: spaces, line ends, look-alikes, and what another font drew out of turn."""
    return re.sub(r"\s|\u00ad|[…\ufffd]", "", unicodedata.normalize("NFKC", text.replace("…", "")).translate(_RADICALS))
