"""What a picture is made of, before anyone decides in which format: shapes in a box. Lengths are points, y grows downwards."""

from typing import Literal

from msgspec import Struct

INK, SOFT, FAINT, PAPER = "#1a1a1a", "#6b6b6b", "#d8d4cc", "#ffffff"
BLUE, PALE = "#35618e", "#dbe5ef"

Anchor = Literal["start", "middle", "end"]


class Rect(Struct, frozen=True, tag="rect"):
    x: float
    y: float
    width: float
    height: float
    fill: str = BLUE
    stroke: str = ""


class Line(Struct, frozen=True, tag="line"):
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str = INK
    width: float = 0.75


class Polyline(Struct, frozen=True, tag="polyline"):
    points: tuple[tuple[float, float], ...]
    stroke: str = BLUE
    width: float = 1.5


class Polygon(Struct, frozen=True, tag="polygon"):
    points: tuple[tuple[float, float], ...]
    fill: str = PALE


class Circle(Struct, frozen=True, tag="circle"):
    x: float
    y: float
    radius: float
    fill: str = BLUE


class Text(Struct, frozen=True, tag="text"):
    """One line of text on a baseline. `whole`: what it says in full, where `text` had to be shortened."""

    x: float
    y: float
    text: str
    size: float
    anchor: Anchor = "start"
    fill: str = INK
    whole: str = ""


Shape = Rect | Line | Polyline | Polygon | Circle | Text


class Scene(Struct, frozen=True, kw_only=True):
    """A picture of `width` x `height` points. `said` is the alternative text: all that the picture says, in words."""

    width: float
    height: float
    said: str
    shapes: tuple[Shape, ...]
