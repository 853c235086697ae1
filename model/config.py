"""Fixed numbers of the network: its scale, stride and input normalisation.

They belong to the architecture: weights trained with other values do not fit, so they are also
written into every weights manifest and compared when weights are loaded.
"""

ARCHITECTURE = "bloodcount-resnet50-centre-v3"
"""Name of the network's layout; loading refuses weights of another."""

RED_CELL_DIAMETER_PX = 50.0
"""Every field is rescaled until a typical red cell is this wide, in pixels of the network's input."""

OUTPUT_STRIDE_PX = 4
"""One position of the output maps stands for this many input pixels, along x and along y."""

INPUT_MULTIPLE_PX = 32
"""Width and height of the network's input are padded to a multiple of this (ResNet-50's total stride)."""

PYRAMID_CHANNELS = 96
"""Channels of the feature pyramid."""

DETECTOR_ARCHITECTURE = "bloodcount-resnet50-centre-v2"
"""The same layout without embedding and namer; such weights find and count cells, and name none."""

EMBEDDING_STRIDE_PX = 8
"""One position of the embedding map, which cells are named from, stands for this many input pixels."""

EMBEDDING_CHANNELS = 128
"""Channels of the embedding map."""

DESCRIPTOR_LENGTH = 2 * EMBEDDING_CHANNELS
"""Numbers that describe a cell: the embedding in its middle, and its mean around the middle."""

COUNT_HEAD_CHANNELS = 128
"""Width of the fully connected layer between the pooled features and the three counts."""

COUNT_UNIT_PX2 = RED_CELL_DIAMETER_PX**2
"""The count head gives cells per area of this many square pixels of the network's input: one red cell's square."""

COUNT_MARGINS_PX = (30.0, 50.0, 11.0)
"""How far a window reaches beyond its sides when cells cut by them are counted too, both sides of an axis
together, by class in the order of the class channels: about 0.6 of a cell's diameter, because a cell of which
less than a fifth is visible is hardly ever labelled."""

CHANNEL_MEAN_RGB = (0.80, 0.73, 0.76)
"""Mean subtracted from red, green and blue in 0..1; padding therefore looks like pale background."""

CHANNEL_STD_RGB = (0.16, 0.20, 0.16)
"""Divisor of red, green and blue after the mean is subtracted."""
