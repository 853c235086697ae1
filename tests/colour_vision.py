"""How colours look to eyes that miss one kind of cone, and how far two colours are apart.

Simulation: Machado, Oliveira and Fernandes 2009 (IEEE TVCG 15:1291), severity 1.0, on linear sRGB. Distance: CIE
1976 in CIELAB (D65); about 2.3 is just seen side by side (Mahy et al. 1994).
"""

import math

Rgb = tuple[float, float, float]

_SIMULATIONS = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
VISIONS = tuple(_SIMULATIONS)
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE_XYZ = (0.95047, 1.0, 1.08883)


def rgb_of_hex(text: str) -> Rgb:
    """``#rrggbb`` as three numbers from 0 to 1 (sRGB)."""
    return int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255


def distance(first: Rgb, second: Rgb, vision: str) -> float:
    """CIE 1976 colour difference of two sRGB colours (0 to 1) as eyes of ``vision`` see them."""
    return math.dist(_lab(first, vision), _lab(second, vision))


def _lab(colour: Rgb, vision: str) -> Rgb:
    seen = _times(_SIMULATIONS[vision], _linear(colour))
    inside = tuple(min(1.0, max(0.0, one)) for one in seen)
    x, y, z = (_curve(one / white) for one, white in zip(_times(_TO_XYZ, inside), _WHITE_XYZ, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(colour: Rgb) -> tuple[float, ...]:
    return tuple(one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour)


def _times(matrix: tuple[Rgb, ...], vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(factor * one for factor, one in zip(row, vector, strict=True)) for row in matrix)


def _curve(share: float) -> float:
    return share ** (1 / 3) if share > (6 / 29) ** 3 else share / (3 * (6 / 29) ** 2) + 4 / 29
