"""What a field must be before its count is believed: its measures and their limits. numpy only, no torch."""

from model.quality.familiarity import FEATURES, Familiarity, FamiliaritySettings
from model.quality.judging import GATE_WARNINGS, FieldVerdict, judge_field
from model.quality.likeness import LikenessSettings, evidence_of, fit_likeness
from model.quality.measures import FieldMeasures, measure_field
from model.quality.patches import Patch
from model.quality.settings import GateSettings

__all__ = [
    "FEATURES",
    "GATE_WARNINGS",
    "Familiarity",
    "FamiliaritySettings",
    "FieldMeasures",
    "FieldVerdict",
    "GateSettings",
    "LikenessSettings",
    "Patch",
    "evidence_of",
    "fit_likeness",
    "judge_field",
    "measure_field",
]
