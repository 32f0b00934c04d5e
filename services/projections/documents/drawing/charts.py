"""Every chart as a scene: bars, shares with their intervals, a line over periods, a map of tiles. Pure; as wide as the type area."""

import math
from collections.abc import Sequence
from typing import TypeGuard, get_args

from services.projections.documents.blocks import Bars, Block, Intervals, Tiles, Trend
from services.projections.documents.drawing.scene import (
    BLUE,
    FAINT,
    INK,
    PALE,
    PAPER,
    SOFT,
    Anchor,
    Circle,
    Line,
    Polygon,
    Polyline,
    Rect,
    Scene,
    Shape,
    Text,
)
from services.projections.documents.lettering import shortened, width
from services.projections.documents.wording import either

Chart = Bars | Intervals | Trend | Tiles
# 156 mm, the width of the type area.
WIDE = 442.0
SIZE, SMALL = 10.0, 8.5
# Names take what they need of the left, up to this; words beside a bar likewise, on the right.
NAMES_MAX, WORDS_MAX = 180.0, 130.0
BARS_MAX = 12
ROW = 18.0
PLOT = 120.0
TILE = 52.0
# The lightest and the deepest tile; a name is white on anything deeper than the half.
_LIGHT, _DEEP = (0xDB, 0xE5, 0xEF), (0x1F, 0x45, 0x70)


def is_chart(block: Block) -> TypeGuard[Chart]:
    """Whether a block is drawn as a picture."""
    return isinstance(block, get_args(Chart))


def scene_of(block: Chart, lang: str) -> Scene:
    """The picture of a chart; its title is set in the document's own letters above it."""
    match block:
        case Bars(items=()) | Intervals(items=()) | Trend(points=()) | Tiles(items=()):
            return _scene(block, lang, 30, [Text(0, 19, either(lang, "（无数据）", "(no data)"), SIZE, fill=SOFT)])
        case Bars(_, items) if len(items) <= BARS_MAX:
            return _scene(block, lang, 8 + ROW * len(items), _bars(items))
        case Bars(_, items):
            return _scene(block, lang, PLOT + 44, _columns(items))
        case Intervals(_, items):
            return _scene(block, lang, 26 + ROW * len(items), _intervals(items))
        case Trend(_, points, band, band_title):
            return _scene(block, lang, PLOT + 44 + (16 if band_title else 0), _trend(points, band, band_title))
        case Tiles(_, items):
            return _scene(block, lang, _step(items) * _span([row for _, _, row, _, _ in items]) + 26, _tiles(items))


def spoken(block: Chart, lang: str) -> str:
    """All that a chart says, in words: the alternative text of its picture."""
    match block:
        case Bars(_, items):
            parts = [f"{name} {words}" for name, _, words in items]
        case Intervals(_, items):
            parts = [f"{name} {words} {share:.0%} ({low:.0%}–{high:.0%})" for name, share, low, high, words in items]
        case Trend(_, points, band, band_title):
            parts = [f"{name} {_number(value)}" for name, value in points]
            parts += [
                f"{band_title} {name} {_number(low)}–{_number(high)}"
                for (name, _), (low, high) in _paired(points, band)
            ]
        case Tiles(_, items):
            parts = [f"{name} {words}" for name, _, _, _, words in items]
    return f"{block.title}{either(lang, '：', ': ')}" + either(lang, "；", "; ").join(parts or ["—"])


def _scene(block: Chart, lang: str, height: float, shapes: Sequence[Shape]) -> Scene:
    return Scene(width=WIDE, height=height, said=spoken(block, lang), shapes=tuple(shapes))


def _text(
    x: float, y: float, text: str, room: float, anchor: Anchor = "start", size: float = SIZE, fill: str = INK
) -> Text:
    """A label in a room of points; what does not fit is kept beside it, in full."""
    fits = shortened(text, room / size)
    return Text(x, y, fits, size, anchor, fill, "" if fits == text else text)


def _counted(value: float) -> float:
    """A length to draw: nothing below zero, nothing that is no number."""
    return value if math.isfinite(value) and value > 0 else 0.0


def _number(value: float) -> str:
    return f"{value:g}" if math.isfinite(value) else "—"


def _bars(items: Sequence[tuple[str, float, str]]) -> list[Shape]:
    most = max(_counted(value) for _, value, _ in items) or 1
    start = _room([name for name, _, _ in items], NAMES_MAX, 8)
    words_room = _room([words for _, _, words in items], WORDS_MAX, 7)
    room = WIDE - start - words_room
    shapes: list[Shape] = [Line(start, 2, start, 6 + ROW * len(items), SOFT)]
    for place, (name, value, words) in enumerate(items):
        top, long = 5 + ROW * place, room * _counted(value) / most
        shapes.append(_text(start - 6, top + 11, name, start - 6, "end"))
        if long:
            shapes.append(Rect(start, top + 1, long, ROW - 6))
        shapes.append(_text(start + long + 5, top + 11, words, words_room - 5))
    return shapes


def _room(labels: Sequence[str], most: float, gap: float) -> float:
    """As many points as the widest label takes, with a gap, but no more than `most`."""
    return min(most, max(width(label) for label in labels) * SIZE + gap)


def _columns(items: Sequence[tuple[str, float, str]]) -> list[Shape]:
    """Many bars stand upright; a name or a figure that has no room beside its neighbour is left to the alternative text."""
    most = max(_counted(value) for _, value, _ in items) or 1
    step, base = WIDE / len(items), 16 + PLOT
    shapes: list[Shape] = []
    every_name = _every([name for name, _, _ in items], step)
    every_word = _every([words for _, _, words in items], step)
    for place, (name, value, words) in enumerate(items):
        high, middle = PLOT * _counted(value) / most, (place + 0.5) * step
        if high:
            shapes.append(Rect(place * step + step * 0.15, base - high, step * 0.7, high))
        if place % every_word == 0:
            shapes.append(_inside(middle, base - high - 3, words, step * every_word))
        if place % every_name == 0:
            shapes.append(_inside(middle, base + 12, name, step * every_name))
    return [*shapes, Line(0, base, WIDE, base, SOFT)]


def _every(labels: Sequence[str], step: float) -> int:
    """Show each n-th label, so that the widest has room; at most eight squares of room are ever taken."""
    widest = min(max(width(label) for label in labels), 8.0) * SMALL + 4
    return max(1, math.ceil(widest / step))


def _inside(middle: float, y: float, label: str, room: float) -> Text:
    """A small label around a point, moved inwards where it would leave the picture."""
    text = _text(middle, y, label, min(room, WIDE), "middle", SMALL)
    half = width(text.text) * SMALL / 2
    return _text(min(max(middle, half), WIDE - half), y, label, min(room, WIDE), "middle", SMALL)


def _intervals(items: Sequence[tuple[str, float, float, float, str]]) -> list[Shape]:
    left = _room([name for name, *_ in items], NAMES_MAX, 14)
    words_room = _room([words for *_, words in items], WORDS_MAX, 0)
    room, base = WIDE - left - words_room - 20, 6 + ROW * len(items)
    shapes: list[Shape] = []
    for mark in (0, 25, 50, 75, 100):
        x = left + room * mark / 100
        shapes += [Line(x, 2, x, base, FAINT), Text(x, base + 13, f"{mark}%", SMALL, "middle", SOFT)]
    for place, (name, share, low, high, words) in enumerate(items):
        y = 6 + ROW * (place + 0.5)
        at, start, end = (left + room * min(_counted(value), 1.0) for value in (share, low, high))
        shapes += [
            _text(left - 10, y + 3.5, name, left - 10, "end"),
            Line(start, y, end, y, BLUE, 1.5),
            Line(start, y - 3, start, y + 3, BLUE, 1.5),
            Line(end, y - 3, end, y + 3, BLUE, 1.5),
            Circle(at, y, 3.2),
            _text(WIDE, y + 3.5, words, words_room, "end"),
        ]
    return shapes


def _paired(
    points: Sequence[tuple[str, float]], band: Sequence[tuple[float, float]]
) -> list[tuple[tuple[str, float], tuple[float, float]]]:
    """Points with last year's range; a year may have had one week fewer."""
    return list(zip(points, band, strict=False))


def _trend(points: Sequence[tuple[str, float]], band: Sequence[tuple[float, float]], band_title: str) -> list[Shape]:
    left, top = 34.0, 14.0
    base = top + PLOT
    known = band[: len(points)]
    highest = max(
        _counted(each) for each in (*(value for _, value in points), *(edge for pair in known for edge in pair))
    )
    unit = _tick(highest)
    most = unit * max(1, math.ceil(highest / unit - 1e-9))
    # A single point stands in the middle; the last name keeps its half of room on the right.
    edge = min(width(points[-1][0]), 8.0) * SMALL / 2 + 2
    step = (WIDE - left - 12 - edge) / max(1, len(points) - 1)
    first = left + 12 if len(points) > 1 else (left + WIDE) / 2

    def place(number: int, value: float) -> tuple[float, float]:
        return first + step * number, base - PLOT * _counted(value) / most

    shapes: list[Shape] = []
    if len(known) > 1:
        upper = [place(number, high) for number, (_, high) in enumerate(known)]
        lower = [place(number, low) for number, (low, _) in enumerate(known)]
        shapes.append(Polygon((*upper, *reversed(lower))))
    elif known:
        (x, high), (_, low) = place(0, known[0][1]), place(0, known[0][0])
        shapes.append(Rect(x - 8, high, 16, low - high, PALE))
    for mark in range(round(most / unit) + 1):
        y = base - PLOT * mark * unit / most
        shapes += [Line(left, y, WIDE, y, FAINT), Text(left - 5, y + 3, f"{mark * unit:g}", SMALL, "end", SOFT)]
    line = tuple(place(number, value) for number, (_, value) in enumerate(points))
    shapes += [Polyline(line)] if len(line) > 1 else []
    every_name = _every([name for name, _ in points], step)
    every_value = _every([_number(value) for _, value in points], step)
    for number, ((name, value), (x, y)) in enumerate(zip(points, line, strict=True)):
        shapes.append(Circle(x, y, 2.2))
        if number % every_name == 0:
            shapes.append(_inside(x, base + 12, name, step * every_name))
        if number % every_value == 0:
            # In a valley the line passes above the point: its figure stands below, where the axis leaves it room.
            valley = all(
                near[1] < y - 4 for near in (*line[max(0, number - 1) : number], *line[number + 1 : number + 2])
            )
            beside = y + 11 if valley and y + 12 < base else y - 5
            shapes.append(_inside(x, beside, _number(value), step * every_value))
    if band_title:
        y = base + 24
        shapes += [
            Rect(left, y, 14, 9, PALE),
            _text(left + 19, y + 8, band_title, WIDE - left - 19, size=SMALL, fill=SOFT),
        ]
    return shapes


def _tick(highest: float) -> float:
    """The distance of grid lines: 1, 2 or 5 of some power of ten, at most five of them; counts have no halves."""
    # Below any share that a figure has: nothing to show, and no power of ten to find.
    if highest < 1e-6:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest / 5))
    unit = next(step * power for step in (1, 2, 5, 10) if step * power * 5 >= highest - 1e-9)
    return max(unit, 1.0) if highest >= 1 else unit


Tile = tuple[str, int, int, float | None, str]


def _span(places: Sequence[int]) -> int:
    return max(places) - min(places) + 1


def _step(items: Sequence[Tile]) -> float:
    """From one tile to the next: a wide map has smaller tiles, a narrow one stands in the middle."""
    return min(TILE + 3, WIDE / _span([column for _, column, _, _, _ in items]))


def _tiles(items: Sequence[Tile]) -> list[Shape]:
    known = [_counted(value) for _, _, _, value, _ in items if value is not None]
    most = max(known, default=0) or 1
    columns, rows = [column for _, column, _, _, _ in items], [row for _, _, row, _, _ in items]
    step = _step(items)
    left, side = (WIDE - step * _span(columns)) / 2, step - 3
    shapes: list[Shape] = []
    for name, column, row, value, words in items:
        x, y = left + step * (column - min(columns)), 2 + step * (row - min(rows))
        share = None if value is None else _counted(value) / most
        fill = PAPER if share is None else _shade(share)
        ink = PAPER if share is not None and share > 0.5 else INK
        shapes.append(Rect(x, y, side, side, fill, FAINT if share is None else ""))
        shapes.append(_text(x + side / 2, y + side * 0.42, name, side - 4, "middle", SIZE, ink))
        shapes.append(_text(x + side / 2, y + side * 0.72, words, side - 4, "middle", SIZE, ink))
    base = step * _span(rows) + 8
    steps = 5
    shapes.append(Text(WIDE / 2 - 48, base + 9, "0", SMALL, "end", SOFT))
    shapes += [Rect(WIDE / 2 - 42 + 17 * each, base, 16, 10, _shade(each / (steps - 1))) for each in range(steps)]
    shapes.append(Text(WIDE / 2 + 48, base + 9, _number(max(known, default=0)), SMALL, "start", SOFT))
    return shapes


def _shade(share: float) -> str:
    """Between light and deep, still told apart on a black-and-white printer."""
    return "#" + "".join(
        f"{round(light + (deep - light) * share):02x}" for light, deep in zip(_LIGHT, _DEEP, strict=True)
    )
