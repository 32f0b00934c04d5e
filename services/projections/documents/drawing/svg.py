"""A scene as SVG: part of a page, with its alternative text inside and every text escaped."""

from html import escape

from services.projections.documents.drawing.scene import Circle, Line, Polygon, Polyline, Rect, Scene, Shape, Text


def svg(scene: Scene, name: str = "") -> str:
    """The scene as one <svg> element that scales with the page. `name` becomes its class."""
    inside = "".join(map(_drawn, scene.shapes))
    return (
        f'<svg class="{escape(name)}" viewBox="0 0 {_n(scene.width)} {_n(scene.height)}" role="img">'
        f"<title>{escape(scene.said)}</title>{inside}</svg>"
    )


def _drawn(shape: Shape) -> str:
    match shape:
        case Rect(x, y, width, height, fill, stroke):
            edge = f' stroke="{stroke}" stroke-width="0.75"' if stroke else ""
            return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"{edge}/>'
        case Line(x1, y1, x2, y2, stroke, width):
            return (
                f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" '
                f'stroke="{stroke}" stroke-width="{_n(width)}"/>'
            )
        case Polyline(points, stroke, width):
            return f'<polyline points="{_path(points)}" fill="none" stroke="{stroke}" stroke-width="{_n(width)}"/>'
        case Polygon(points, fill):
            return f'<polygon points="{_path(points)}" fill="{fill}"/>'
        case Circle(x, y, radius, fill):
            return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>'
        case Text(x, y, text, size, anchor, fill, whole):
            title = f"<title>{escape(whole)}</title>" if whole else ""
            return (
                f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}" fill="{fill}">'
                f"{title}{escape(text)}</text>"
            )


def _path(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    """A hundredth of a point is finer than any printer; `-0.00` is zero."""
    return f"{round(value, 2) + 0:g}"
