"""Pictures of figures: a block becomes a scene of a few shapes, and a scene becomes SVG for the page, EMF for the office file."""

from services.projections.documents.drawing.charts import Chart, is_chart, scene_of, spoken
from services.projections.documents.drawing.code import code_scene
from services.projections.documents.drawing.emf import emf
from services.projections.documents.drawing.scene import Scene
from services.projections.documents.drawing.svg import svg

__all__ = ["Chart", "Scene", "code_scene", "emf", "is_chart", "scene_of", "spoken", "svg"]
