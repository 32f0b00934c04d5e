"""A scene as an Enhanced Metafile: vectors and names of fonts, so that the same figures are the same bytes on any machine.

Records after [MS-EMF] 2.3. One device unit is 0.01 mm, which is also the unit of the picture's frame.
"""

import struct

from services.projections.documents.drawing.scene import Circle, Line, Polygon, Polyline, Rect, Scene, Shape, Text
from services.projections.documents.lettering import advance, runs, width

SQUARE_FONT, LATIN_FONT = "黑体", "Arial"
UNITS_PER_POINT = 2540 / 72
# The reference device: a sheet of A4 with a hundred dots to the millimetre.
DEVICE = (21_000, 29_700, 210, 297)
# Object 0 of the table is the metafile itself; one pen, one brush and one font are made and dropped for each shape.
PEN, BRUSH, FONT = 1, 2, 3
NULL_BRUSH, NULL_PEN = 0x80000005, 0x80000008
GB2312_CHARSET, ANSI_CHARSET = 134, 0


def emf(scene: Scene) -> bytes:
    """The scene as the bytes of an .emf file."""
    right, bottom = _u(scene.width), _u(scene.height)
    records = [
        _record(17, struct.pack("<I", 1)),  # SETMAPMODE: MM_TEXT
        _record(18, struct.pack("<I", 1)),  # SETBKMODE: transparent
        _record(22, struct.pack("<I", 24)),  # SETTEXTALIGN: TA_BASELINE | TA_LEFT
    ]
    for shape in scene.shapes:
        records += _drawn(shape)
    records.append(_record(14, struct.pack("<III", 0, 0, 20)))  # EOF
    body = b"".join(records)
    header = _header(right, bottom, 108 + len(body), len(records) + 1)
    return header + body


def _header(right: int, bottom: int, size: int, records: int) -> bytes:
    """ENHMETAHEADER with both extensions: bounds in device units, frame in 0.01 mm."""
    wide, high, wide_mm, high_mm = DEVICE
    return (
        struct.pack("<II", 1, 108)
        + struct.pack("<4i4i", 0, 0, right, bottom, 0, 0, right, bottom)
        + struct.pack("<4sIIIHH", b" EMF", 0x10000, size, records, 4, 0)
        + struct.pack("<III", 0, 0, 0)  # no description, no palette
        + struct.pack("<4i", wide, high, wide_mm, high_mm)
        + struct.pack("<III", 0, 0, 0)  # no pixel format, no OpenGL
        + struct.pack("<2i", wide_mm * 1000, high_mm * 1000)
    )


def _drawn(shape: Shape) -> list[bytes]:
    match shape:
        case Rect(x, y, width_, height, fill, stroke):
            box = struct.pack("<4i", _u(x), _u(y), _u(x + width_), _u(y + height))
            # A rectangle without an edge ends one unit early in Windows: it is drawn as a polygon instead.
            corners = ((x, y), (x + width_, y), (x + width_, y + height), (x, y + height))
            return _filled(fill, _polygon(corners)) if not stroke else _filled(fill, _record(43, box), stroke)
        case Polygon(points, fill):
            return _filled(fill, _polygon(points))
        case Circle(x, y, radius, fill):
            box = struct.pack("<4i", _u(x - radius), _u(y - radius), _u(x + radius), _u(y + radius))
            return _filled(fill, _record(42, box))
        case Line(x1, y1, x2, y2, stroke, width_):
            return _stroked(stroke, width_, ((x1, y1), (x2, y2)))
        case Polyline(points, stroke, width_):
            return _stroked(stroke, width_, points)
        case Text():
            return _written(shape)


def _filled(fill: str, drawn: bytes, stroke: str = "") -> list[bytes]:
    brush = _record(39, struct.pack("<IIII", BRUSH, 0, _colour(fill), 0))
    pen = [_pen(stroke, 0.75), _select(PEN)] if stroke else [_select(NULL_PEN)]
    dropped = [_drop(PEN)] if stroke else []
    return [brush, _select(BRUSH), *pen, drawn, _select(NULL_PEN), _select(NULL_BRUSH), *dropped, _drop(BRUSH)]


def _stroked(stroke: str, points_wide: float, points: tuple[tuple[float, float], ...]) -> list[bytes]:
    line = _record(4, _path(points))
    return [_pen(stroke, points_wide), _select(PEN), _select(NULL_BRUSH), line, _select(NULL_PEN), _drop(PEN)]


def _written(shape: Text) -> list[bytes]:
    """A line of text, run by run: the place of every character is told, so a substituted font cannot make it wider."""
    place = shape.x - width(shape.text) * shape.size * {"start": 0, "middle": 0.5, "end": 1}[shape.anchor]
    records = [_record(24, struct.pack("<I", _colour(shape.fill)))]  # SETTEXTCOLOR
    for square, text in runs(shape.text):
        records += [
            _font(square, shape.size),
            _select(FONT),
            _text(text, place, shape),
            _select(0x8000000D),
            _drop(FONT),
        ]
        place += width(text) * shape.size
    return records


def _text(text: str, x: float, shape: Text) -> bytes:
    """EXTTEXTOUTW: a character above U+FFFF is two units, of which the first carries the advance."""
    units = text.encode("utf-16-le")
    advances: list[int] = []
    for character in text:
        advances += [_u(advance(character) * shape.size), *([0] if ord(character) > 0xFFFF else [])]
    padded = units + b"\0" * (-len(units) % 4)
    # 36 bytes to the text object, 40 bytes of it, then the string, then the advances.
    start = 76
    return _record(
        84,
        struct.pack("<4i", 0, 0, -1, -1)
        + struct.pack("<Iff", 1, 1.0, 1.0)
        + struct.pack("<iiIIIiiiiI", _u(x), _u(shape.y), len(units) // 2, start, 0, 0, 0, -1, -1, start + len(padded))
        + padded
        + struct.pack(f"<{len(advances)}I", *advances),
    )


def _font(square: bool, size: float) -> bytes:
    """EXTCREATEFONTINDIRECTW with a LogFontPanose: the name alone, nothing embedded."""
    name = (SQUARE_FONT if square else LATIN_FONT).encode("utf-16-le").ljust(64, b"\0")
    charset = GB2312_CHARSET if square else ANSI_CHARSET
    font = struct.pack("<iiiii8B", -_u(size), 0, 0, 0, 400, 0, 0, 0, charset, 0, 0, 0, 0) + name
    full_name_style_panose = b"\0" * (128 + 64 + 4 + 4 + 4 + 4 + 4 + 4 + 10 + 2)
    return _record(82, struct.pack("<I", FONT) + font + full_name_style_panose)


def _pen(stroke: str, points_wide: float) -> bytes:
    return _record(38, struct.pack("<IIiiI", PEN, 0, _u(points_wide), 0, _colour(stroke)))


def _polygon(points: tuple[tuple[float, float], ...]) -> bytes:
    return _record(3, _path(points))


def _path(points: tuple[tuple[float, float], ...]) -> bytes:
    places = [(_u(x), _u(y)) for x, y in points]
    xs, ys = [x for x, _ in places], [y for _, y in places]
    bounds = struct.pack("<4i", min(xs), min(ys), max(xs), max(ys))
    return bounds + struct.pack("<I", len(places)) + b"".join(struct.pack("<2i", *place) for place in places)


def _select(which: int) -> bytes:
    return _record(37, struct.pack("<I", which))


def _drop(which: int) -> bytes:
    return _record(40, struct.pack("<I", which))


def _colour(colour: str) -> int:
    """COLORREF: 0x00bbggrr from #rrggbb."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red | green << 8 | blue << 16


def _u(points: float) -> int:
    return round(points * UNITS_PER_POINT)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", kind, 8 + len(data)) + data
