"""How common each type of red cell is where its name is learnt, and how much more training weighs the rare ones."""

import math

from model.classes import NAMED_RED_SUBTYPES, RedCellSubtype

RED_CELLS_OF_TYPE: dict[RedCellSubtype, int] = {
    RedCellSubtype.NORMAL: 6330,
    RedCellSubtype.MACROCYTE: 689,
    RedCellSubtype.MICROCYTE: 461,
    RedCellSubtype.SPHEROCYTE: 3449,
    RedCellSubtype.TARGET: 2753,
    RedCellSubtype.STOMATOCYTE: 1996,
    RedCellSubtype.OVALOCYTE: 2140,
    RedCellSubtype.TEARDROP: 307,
    RedCellSubtype.BURR: 785,
    RedCellSubtype.SCHISTOCYTE: 897,
    RedCellSubtype.HYPOCHROMIA: 1063,
    RedCellSubtype.ELLIPTOCYTE: 1052,
}
"""As Chula RBC-12's publisher counts them; the rarer a type, the more one cell of it weighs."""

_RARITY_POWER = 0.35
"""1 would let each type weigh the same, and teach that rare types are not rare; 0 would hardly teach them."""


def red_type_weights() -> tuple[float, ...]:
    """What one cell of each red-cell type weighs, in the order of ``NAMED_RED_SUBTYPES``; 1 on average over cells."""
    cells = [RED_CELLS_OF_TYPE[subtype] for subtype in NAMED_RED_SUBTYPES]
    weights = [count**-_RARITY_POWER for count in cells]
    mean = sum(weight * count for weight, count in zip(weights, cells, strict=True)) / sum(cells)
    return tuple(weight / mean for weight in weights)


def red_type_log_weights() -> tuple[float, ...]:
    """Natural logarithms of the weights, by which training raised the logits of the types.

    A loss in which a cell of type k weighs w_k is least where the logit of k is that of the unweighted loss plus
    log w_k; taking it away gives back how common the types are (Menon et al. 2021, arXiv 2007.07314, section 4).
    """
    return tuple(math.log(weight) for weight in red_type_weights())
