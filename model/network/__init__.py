"""The ResNet-50 detector: feature extractor, feature pyramid, dense centre-point heads and the naming of cells."""

from model.network.detector import CellDetector, DenseOutput
from model.network.naming import CellNamer, NameLogits, describe_cells, describe_shapes

__all__ = ["CellDetector", "CellNamer", "DenseOutput", "NameLogits", "describe_cells", "describe_shapes"]
