"""Array types of the renderer."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
"""Single-precision numbers: densities, distances, coverages."""

Mask = NDArray[np.bool_]
"""Which pixels belong to something."""

Numbers = NDArray[np.float64]
"""Double-precision numbers: points and distances in pixels, x before y; colours."""

Pixels = NDArray[np.uint8]
"""An RGB image, height by width by 3, 0..255."""
