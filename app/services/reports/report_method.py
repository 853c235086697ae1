"""How the figures of a report came about, in the words that are signed along."""

_COUNTING = (
    "A neural network (ResNet-50 with centre-point heads) found and named the cells of the photographs; persons "
    "corrected and confirmed them as told for each field. Counted are cells whose score reaches the weights' working "
    "threshold, and cells that a person named."
)
_COUNTS = (
    "Counts are cells seen in the photographs, added up over the fields. They are no concentrations and say nothing "
    "about a volume of blood."
)
_INTERVALS = (
    "Intervals are exact 95 % intervals: of a count by Poisson (Garwood 1936), of a share by the binomial "
    "distribution (Clopper and Pearson 1934). They tell the chance of counting alone; what the network confuses, and "
    "where on the smear the photographs were taken, comes on top."
)
_SHARES = (
    "The differential is in percent of the identified white cells. Nucleated red cells (NRBC) are no part of it and "
    "in no count of white cells. Red-cell types are in percent of the categorised red cells."
)
_CONCENTRATIONS = (
    "Concentrations stand only where a counting chamber, an analyser's red cells of the same blood or a factor that "
    "the laboratory calibrated gives one; the method stands with each. The interval of a ratio of two counts is exact "
    "(Przyborowski and Wilenski 1940). Reference ranges are compared with concentrations and percentages, never with "
    "counts."
)

METHOD = (_COUNTING, _COUNTS, _INTERVALS, _SHARES, _CONCENTRATIONS)
"""One paragraph each, in the order in which a report prints them."""
