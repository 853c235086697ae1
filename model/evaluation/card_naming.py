"""The model card's tables of naming, made from the metrics in the weights manifest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from model.evaluation.left_out import NAMING_LEFT_OUT
from model.evaluation.shown_figures import percent, shown

NAMING = "naming"
"""Where the metrics keep the figures of naming."""

_FIGURES = (
    ("found", "found_share", percent),
    ("accuracy, all named", "forced_accuracy", percent),
    ("macro-F1, all named", "forced_macro_f1", shown),
    ("working accuracy", "working_accuracy", percent),
    ("named", "named_share", percent),
    ("accuracy of named", "accuracy_of_named", percent),
    ("accuracy at 90 % named", "accuracy_at_90_percent_named", percent),
    ("calibration error", "expected_calibration_error", percent),
)

FIGURE_COLUMNS: tuple[str, ...] = tuple(heading for heading, _, _ in _FIGURES)

_Sets = Mapping[str, Mapping[str, Any]]


def shown_figures_of(figures: Mapping[str, Any]) -> list[str]:
    """The figures of one set in one reading (``set_figures``), in the order of ``FIGURE_COLUMNS``."""
    intervals = figures["intervals"]
    return [write(figures["figures"][name], intervals[name]) for _, name, write in _FIGURES]


def naming_tables(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Markdown: how cells are named, by class, what is taken for what, and on sources whose names were not taught."""
    naming = metrics.get(NAMING)
    if naming:
        settings = naming["settings"]
        yield ""
        yield (
            "Names, through the whole pipeline, on held-out and validation originals (temperature "
            f"{settings['white_temperature']:.2f} for white cells and {settings['red_temperature']:.2f} for red ones, "
            f"working confidence {settings['white_confidence']:.2f} and {settings['red_confidence']:.2f}):"
        )
        yield ""
        yield from _figures(naming["sets"])
        for name, readings in naming["sets"].items():
            reading, figures = next(iter(readings.items()))
            yield from _by_class(f"{name}, {reading}", figures)
    groups = metrics.get(NAMING_LEFT_OUT)
    if groups:
        yield from _left_out(groups)


def _figures(sets: _Sets, before: Sequence[str] = ()) -> Iterator[str]:
    if not before:
        yield _row(["cells of", "reading", "cells", "originals", *FIGURE_COLUMNS])
        yield _rule(4 + len(FIGURE_COLUMNS))
    for name, readings in sets.items():
        for reading, figures in readings.items():
            cells, apart = figures["cells"], figures["working_cells"]
            number = str(cells) if cells == apart else f"{cells} ({apart} for working figures)"
            yield _row([*before, name, reading, number, str(figures["originals"]), *shown_figures_of(figures)])


def _by_class(title: str, figures: Mapping[str, Any]) -> Iterator[str]:
    """Rates of each name, and the confusion matrix, both with every found cell named."""
    forced, working = figures["forced"], figures["working"]
    yield ""
    yield f"{title}, every found cell named (rows are the reference, columns the answer):"
    yield ""
    columns = [name for name in forced["columns"] if name != "unidentified"]
    yield _row(["reference", "cells", "precision", "recall", "F1", *columns, "unidentified at work"])
    yield _rule(6 + len(columns))
    unsure = working["columns"].index("unidentified")
    for place, name in enumerate(forced["rows"]):
        rates = forced["classes"][name]
        answers = dict(zip(forced["columns"], forced["confusion"][place], strict=True))
        cells = working["classes"][name]["cells"]
        at_work = f"{working['confusion'][place][unsure]} of {cells}"
        shares = [shown(rates[rate]) for rate in ("precision", "recall", "f1")]
        yield _row([name, str(rates["cells"]), *shares, *(str(answers[column]) for column in columns), at_work])


def _left_out(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield (
        "On a source of which no name was taught: other weights than the shipped ones. Where the detector *saw the "
        "fields*, the source's pictures and boxes taught it to find cells and no sub-type label of the source was "
        "taught; only where it did not is the laboratory new to the whole network:"
    )
    yield ""
    yield _row(
        ["source", "fields", "detector saw the fields", "cells of", "reading", "cells", "originals", *FIGURE_COLUMNS]
    )
    yield _rule(7 + len(FIGURE_COLUMNS))
    for group, entry in groups.items():
        taken = entry["fields_taken"]
        fields = str(taken["fields"]) if taken["every"] == 1 else f"{taken['fields']} (one in {taken['every']})"
        yield from _figures(entry["sets"], (group, fields, "yes" if entry["detector_saw_fields"] else "no"))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(columns: int) -> str:
    return "|" + "---|" * columns
