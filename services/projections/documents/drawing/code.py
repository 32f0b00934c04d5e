"""The square code (二维码) that holds where a document comes from: read it with a phone, verify with the command it names."""

import segno

from services.projections.documents.drawing.scene import INK, PAPER, Rect, Scene

# 22 mm: with about 57 modules and the quiet zone, a module is a third of a millimetre, which a phone reads from paper.
SIDE = 22 / 25.4 * 72
QUIET = 4


def code_scene(content: str, said: str) -> Scene:
    """The code as a scene: one rectangle for each run of dark modules. Raises segno.DataOverflowError beyond 2,953 bytes."""
    rows = [bytes(row) for row in segno.make(content, error="l", micro=False, encoding="utf-8").matrix]
    unit = SIDE / (len(rows) + 2 * QUIET)
    shapes = [Rect(0, 0, SIDE, SIDE, PAPER)]
    for down, row in enumerate(rows):
        across = 0
        while across < len(row):
            end = across
            while end < len(row) and row[end] == row[across]:
                end += 1
            if row[across]:
                x, y = (QUIET + across) * unit, (QUIET + down) * unit
                shapes.append(Rect(x, y, (end - across) * unit, unit, INK))
            across = end
    return Scene(width=SIDE, height=SIDE, said=said, shapes=tuple(shapes))
