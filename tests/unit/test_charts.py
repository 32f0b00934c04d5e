"""Charts: one scene for a block, drawn inside its box, with every label in full somewhere; SVG and EMF of the same scene."""

import struct
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import example
from hypothesis import given as for_any
from hypothesis import strategies as st

from services.projections.documents.blocks import Bars, Intervals, Tiles, Trend
from services.projections.documents.drawing import code_scene, emf, scene_of, svg
from services.projections.documents.drawing.scene import Circle, Line, Polygon, Polyline, Rect, Scene, Text
from services.projections.documents.legible import shown
from services.projections.documents.lettering import broken, lines_at_most, shortened, squares, width
from services.projections.documents.provenance import content_of
from tests.support.documents import CHARTS, ORIGIN

LABELS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(shown)
VALUES = st.floats(0, 1e6) | st.sampled_from([0.0, -1.0, float("nan"), float("inf")])
SHARES = st.floats(0, 1)
BLOCKS: Any = st.one_of(
    st.builds(Bars, LABELS, st.lists(st.tuples(LABELS, VALUES, LABELS), max_size=40).map(tuple)),
    st.builds(Intervals, LABELS, st.lists(st.tuples(LABELS, SHARES, SHARES, SHARES, LABELS), max_size=9).map(tuple)),
    st.builds(
        Trend,
        LABELS,
        st.lists(st.tuples(LABELS, VALUES), max_size=30).map(tuple),
        st.lists(st.tuples(VALUES, VALUES), max_size=30).map(tuple),
        LABELS,
    ),
    st.builds(
        Tiles,
        LABELS,
        st.lists(
            st.tuples(LABELS, st.integers(-3, 9), st.integers(-3, 9), st.none() | VALUES, LABELS), max_size=12
        ).map(tuple),
    ),
)


def reach(scene: Scene) -> list[tuple[float, float, float, float]]:
    """The box of every shape."""
    boxes = []
    for shape in scene.shapes:
        match shape:
            case Rect(x, y, wide, high):
                boxes.append((x, y, x + wide, y + high))
            case Line(x1, y1, x2, y2):
                boxes.append((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
            case Polyline(points) | Polygon(points):
                boxes.append((*map(min, zip(*points, strict=True)), *map(max, zip(*points, strict=True))))
            case Circle(x, y, radius):
                boxes.append((x - radius, y - radius, x + radius, y + radius))
            case Text(x, y, text, size, anchor):
                left = x - width(text) * size * {"start": 0, "middle": 0.5, "end": 1}[anchor]
                boxes.append((left, y - size, left + width(text) * size, y))
    return boxes


@for_any(BLOCKS)
def test_no_chart_leaves_its_box_whatever_it_is_given(block: Any) -> None:
    scene = scene_of(block, "zh")
    for left, top, right, bottom in reach(scene):
        assert left >= -6 and right <= scene.width + 6 and top >= -6 and bottom <= scene.height + 1


@for_any(BLOCKS)
def test_every_label_and_figure_is_told_in_the_alternative_text(block: Any) -> None:
    said = scene_of(block, "zh").said
    assert block.title in said
    items: Any = block.points if isinstance(block, Trend) else block.items
    for item in items:
        assert item[0] in said and (isinstance(block, Trend) or item[-1] in said)


@for_any(BLOCKS)
@example(Trend("", (("", 5e-324),), (), ""))
def test_the_svg_of_any_chart_is_well_formed(block: Any) -> None:
    ET.fromstring(svg(scene_of(block, "zh")))


def records(content: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        assert size >= 8 and size % 4 == 0
        found.append((kind, content[at + 8 : at + size]))
        at += size
    return found


@for_any(BLOCKS)
@example(Trend("", (("", 5e-324),), (), ""))
def test_the_metafile_of_any_chart_keeps_its_format(block: Any) -> None:
    content = emf(scene_of(block, "zh"))
    found = records(content)
    size, count, handles = struct.unpack_from("<IIH", content, 48)
    assert (found[0][0], found[-1][0], content[40:44]) == (1, 14, b" EMF")
    assert (size, count, handles) == (len(content), len(found), 4)


def strings(content: bytes) -> list[str]:
    texts = []
    for kind, data in records(content):
        if kind == 84:
            length, start = struct.unpack_from("<II", data, 36)
            texts.append(data[start - 8 : start - 8 + 2 * length].decode("utf-16-le"))
    return texts


def test_a_metafile_names_its_fonts_and_embeds_nothing() -> None:
    chart: Any = CHARTS[0]
    fonts = {
        data[32:96].decode("utf-16-le").rstrip("\0") for kind, data in records(emf(scene_of(chart, "zh"))) if kind == 82
    }
    assert fonts == {"黑体", "Arial"}


def test_a_rare_character_is_two_units_of_which_the_first_advances() -> None:
    scene = scene_of(Bars("图", (("𠮷𠮷", 1, "1"),)), "zh")
    content = emf(scene)
    assert "𠮷𠮷" in strings(content)
    data = next(data for kind, data in records(content) if kind == 84 and "𠮷".encode("utf-16-le") in data)
    units = struct.unpack_from("<I", data, 36)[0]
    advances = struct.unpack_from(f"<{units}I", data, struct.unpack_from("<I", data, 64)[0] - 8)
    assert units == 4 and advances[0] > 0 and advances[1] == 0


def test_a_long_name_is_shortened_and_kept_in_full_beside_it() -> None:
    name = "一个名称特别特别特别特别特别特别特别长的承办单位"
    scene = scene_of(Bars("图", ((name, 1, "1"),)), "zh")
    label = next(shape for shape in scene.shapes if isinstance(shape, Text) and shape.whole)
    assert label.text.endswith("…") and label.whole == name
    assert f"<title>{name}</title>" in svg(scene) and name in scene.said


@pytest.mark.parametrize(
    "block",
    [Bars("图", ()), Intervals("图", ()), Trend("图", ()), Tiles("图", ())],
    ids=lambda block: type(block).__name__,
)
@pytest.mark.parametrize(("lang", "says"), [("zh", "无数据"), ("en", "no data")])
def test_an_empty_chart_says_so(block: Any, lang: str, says: str) -> None:
    assert any(isinstance(shape, Text) and says in shape.text for shape in scene_of(block, lang).shapes)


def test_markup_in_a_label_is_text() -> None:
    drawn = svg(scene_of(Bars("<b>", (("<script>", 1, "]]>&"),)), "zh"))
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn


def test_bars_are_as_long_as_their_values() -> None:
    bars = [
        shape
        for shape in scene_of(Bars("图", (("甲", 10, ""), ("乙", 5, ""), ("丙", 0, ""))), "zh").shapes
        if isinstance(shape, Rect)
    ]
    assert [round(bar.width / bars[0].width, 6) for bar in bars] == [1.0, 0.5]


def test_a_deeper_tile_is_more_and_a_missing_one_is_white() -> None:
    scene = scene_of(Tiles("图", (("甲", 0, 0, 1, "1"), ("乙", 1, 0, 9, "9"), ("丙", 2, 0, None, "—"))), "zh")
    few, many, none = [shape.fill for shape in scene.shapes if isinstance(shape, Rect)][:3]
    assert int(few[1:], 16) > int(many[1:], 16) and none == "#ffffff"


def test_last_years_band_lies_where_its_figures_do() -> None:
    scene = scene_of(Trend("图", (("1", 10), ("2", 10)), ((10, 10), (10, 10)), "去年"), "zh")
    band = next(shape for shape in scene.shapes if isinstance(shape, Polygon))
    line = next(shape for shape in scene.shapes if isinstance(shape, Polyline))
    assert {y for _, y in band.points} == {y for _, y in line.points}


def test_the_square_code_holds_the_whole_origin_in_one_line() -> None:
    import segno

    content = content_of(ORIGIN)
    for part in ("480", ORIGIN.head_hash, ORIGIN.figures_digest, ORIGIN.code, ORIGIN.command):
        assert part in content
    assert "\n" not in content
    scene = code_scene(content, "code")
    matrix = segno.make(content, error="l", micro=False, encoding="utf-8").matrix
    unit = scene.width / (len(matrix) + 8)
    dark = sum(round(shape.width / unit) for shape in scene.shapes[1:] if isinstance(shape, Rect))
    assert dark == sum(module & 1 for row in matrix for module in row)
    assert round(scene.width / 72 * 25.4, 1) == 22.0


@for_any(LABELS, st.floats(1, 30))
def test_a_shortened_label_fits_its_room(label: str, room: float) -> None:
    assert width(shortened(label, room)) <= room + 1e-9


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("督办通知单", ["督办通知单"]),
        ("关于二〇二六年上半年青少年维权热线工作情况通报", ["关于二〇二六年上半年青少", "年维权热线工作情况通报"]),
        ("Work of the youth rights hotline in the first half of 2026", None),
    ],
)
def test_a_title_breaks_into_lines_of_nearly_equal_length(title: str, lines: list[str] | None) -> None:
    found = broken(title, 20)
    assert found == lines if lines else all(word in title.split() for line in found for word in line.split())


@for_any(st.text("关于年上半年工作情况的通报，（）0123456789", min_size=1, max_size=80))
def test_no_character_of_a_title_stands_alone_and_none_is_lost(title: str) -> None:
    found = broken(title, 20)
    assert "".join(found) == title
    assert all(squares(line) <= 20 for line in found if len(line) < 30)
    assert len(found) == 1 or min(squares(line) for line in found) > 1


@pytest.mark.parametrize(
    ("text", "room", "first", "lines"),
    [
        ("", 10, 10, 1),
        ("字" * 10, 10, 10, 1),
        ("字" * 11, 10, 10, 2),
        ("字" * 13, 10, 13, 1),
        # No line begins with a comma: it takes its character along.
        ("字" * 10 + "，字", 10, 10, 2),
        ("字" * 10 + "，" + "字" * 9, 10, 10, 3),
        # Latin words stay whole, and stand a little apart from Chinese.
        ("字字字字字字字 WWWW", 10, 10, 2),
        ("字W字W字W字W字", 9, 9, 2),
        ("W" * 40, 10, 10, 5),
        ("字\n字\n字", 10, 10, 3),
    ],
)
def test_a_text_takes_no_more_lines_than_are_counted(text: str, room: float, first: float, lines: int) -> None:
    assert lines_at_most(text, room, first) == lines


@for_any(LABELS, st.integers(4, 40))
def test_more_room_never_takes_more_lines(text: str, room: int) -> None:
    assert lines_at_most(text, room + 1, room + 1) <= lines_at_most(text, room, room)
