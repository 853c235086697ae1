"""From the network's dense maps to separate cells."""

from model.decoding.cells import DecodingSettings, RawDetections, decode, keep_distinct
from model.decoding.grid import grid_centres_px
from model.decoding.naming import NamingSettings

__all__ = ["DecodingSettings", "NamingSettings", "RawDetections", "decode", "grid_centres_px", "keep_distinct"]
