"""The ResNet-50 detector: feature extractor, feature pyramid and dense centre-point heads."""

from model.network.detector import CellDetector, DenseOutput

__all__ = ["CellDetector", "DenseOutput"]
