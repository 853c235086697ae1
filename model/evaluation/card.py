"""The model card's tables, made from the metrics in the weights manifest."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from model.evaluation.card_naming import naming_tables
from model.evaluation.gate_card import gate_tables
from model.evaluation.left_out import LEFT_OUT
from model.evaluation.shown_figures import interval_of, limits, percent, shown, signed
from model.weights import WeightsManifest

_BEGIN, _END = "<!-- tables: begin -->", "<!-- tables: end -->"

_Parts = Mapping[str, Mapping[str, Any]]
"""What a row begins with, and the metrics of that part."""


class CardError(ValueError):
    """The model card has no place for the tables, or the manifest has no metrics."""


def card_tables(manifest: WeightsManifest) -> str:
    """Markdown tables of a release: what it is, how it detects, how it counts, and on a source it never saw.

    Raises:
        CardError: The manifest holds no metrics.
    """
    metrics = manifest.metrics
    if "all" not in metrics:
        raise CardError(f"{manifest.name} {manifest.version} has no metrics; run: bloodcount evaluate DATASET --record")
    parts = dict(_parts(metrics))
    lines = [
        *_release(manifest),
        "",
        f"Detection on the {metrics['split']} split, through the whole pipeline, IoU 0.5:",
    ]
    lines += [
        "",
        *_detection(parts),
        "",
        "Counting on the same fields at the working thresholds:",
        "",
        *_counting(parts),
    ]
    borders = {name: part["border_not_judged"] for name, part in parts.items() if "border_not_judged" in part}
    if borders:
        title = "In the reading *border cells not judged*, explained below, beside the plain figures, not instead:"
        lines += ["", title, "", *_border_reading(borders)]
    heads = {name: part["count_head"] for name, part in parts.items() if part.get("count_head")}
    if heads:
        lines += ["", "Counts of the count head (pooled features to three numbers) on the same fields:", ""]
        lines += _counting(heads)
        told = heads[next(iter(heads))]["fields_disagreeing"]
        of = metrics["all"]["fields"]
        lines += ["", f"The two ways of counting disagree (`counts_disagree`) in {told} of the {of} fields."]
    if metrics.get(LEFT_OUT):
        lines += ["", *_left_out(metrics[LEFT_OUT])]
    lines += naming_tables(metrics)
    lines += gate_tables(manifest.gate)
    return "\n".join(lines)


def write_tables(card: Path, manifest: WeightsManifest) -> None:
    """Replace the tables in a model card.

    Raises:
        CardError: The card lacks the marks that the tables stand between, or there are no metrics.
    """
    text = card.read_text(encoding="utf-8")
    if _BEGIN not in text or _END not in text:
        raise CardError(f"{card} lacks the lines {_BEGIN} and {_END} that the tables stand between")
    before, after = text.split(_BEGIN)[0], text.split(_END)[1]
    card.write_text(f"{before}{_BEGIN}\n{card_tables(manifest)}\n{_END}{after}", encoding="utf-8")


def _release(manifest: WeightsManifest) -> Iterator[str]:
    progress = manifest.training["progress"]
    thresholds = ", ".join(f"{code} {value:.2f}" for code, value in manifest.metrics["thresholds"].items())
    yield "| release | |"
    yield "|---|---|"
    yield f"| name and version | {manifest.name} {manifest.version} |"
    yield f"| SHA-256 | `{manifest.sha256}` |"
    yield f"| architecture | {manifest.architecture} |"
    start = manifest.training["settings"]["start_from"] or "random weights"
    yield f"| training | {progress['step']} steps, {progress['seconds'] / 60:.0f} minutes, from {start} |"
    for split, by_source in manifest.training["fields"].items():
        yield f"| fields, {split} | {', '.join(f'{source} {fields}' for source, fields in sorted(by_source.items()))} |"
    yield f"| working thresholds | {thresholds} |"


def _detection(parts: _Parts) -> Iterator[str]:
    yield "| fields of | class | cells | AP50 | AP50-95 | precision | recall | F1 | accuracy |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, part in parts.items():
        precision = part["average_precision"]
        for code, row in part["classes"].items():
            figures = _figures({**precision[code], **row}, part, code, shown, _DETECTION_FIGURES)
            yield f"| {name} | {code} | {row['reference_cells']} | {figures} |"
        mean = [shown(precision["mean"][figure], interval_of(part, "mean", figure)) for figure in ("ap50", "ap50_95")]
        yield f"| {name} | **mean** | | **{mean[0]}** | **{mean[1]}** | | | | |"


_DETECTION_FIGURES = ("ap50", "ap50_95", "precision", "recall", "f1", "accuracy")
_COUNTING_FIGURES = ("total_count_accuracy", "relative_image_error", "mean_relative_image_error")


def _counting(parts: _Parts) -> Iterator[str]:
    yield (
        "| fields of | class | cells | counted | pooled error | total-count accuracy | sum of image errors / cells "
        "| per-image relative error | error a field, cells | bias a field, cells | 95 % limits of agreement, cells |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for name, part in parts.items():
        for code, row in part["classes"].items():
            shares = _figures(row, part, code, percent, _COUNTING_FIGURES)
            yield (
                f"| {name} | {code} | {row['reference_cells']} | {row['predicted_cells']} "
                f"| {percent(row['pooled_error'])} | {shares} | {row['mean_absolute_error']:.2f} "
                f"| {signed(row['bias'], interval_of(part, code, 'bias'))} | {limits(row['limits_of_agreement'])} |"
            )


def _border_reading(parts: _Parts) -> Iterator[str]:
    yield "| fields of | class | cells judged | AP50 | precision | recall | F1 | counted | total-count accuracy |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, part in parts.items():
        for code, row in part["classes"].items():
            figures = _figures(row, part, code, shown, ("ap50", "precision", "recall", "f1"))
            total = percent(row["total_count_accuracy"], interval_of(part, code, "total_count_accuracy"))
            yield f"| {name} | {code} | {row['reference_cells']} | {figures} | {row['predicted_cells']} | {total} |"


def _left_out(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "On a source that training never saw: other weights than the shipped ones, trained without it for the time "
        "given, judged on its fully labelled fields, all of them or one in so many:"
    )
    yield ""
    yield (
        "| source left out | fields | trained for | class | cells | AP50 | precision | recall | F1 "
        "| total-count accuracy | per-image relative error |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for group, part in groups.items():
        taken = part["fields_taken"]
        every = "all" if taken["every"] == 1 else f"one in {taken['every']} of {taken['of']}"
        begin = f"| {group} | {part['fields']} ({every}) | {part['training']['minutes']:.0f} minutes"
        for code, row in part["classes"].items():
            values = {**part["average_precision"][code], **row}
            figures = _figures(values, part, code, shown, ("ap50", "precision", "recall", "f1"))
            shares = _figures(values, part, code, percent, ("total_count_accuracy", "mean_relative_image_error"))
            yield f"{begin} | {code} | {row['reference_cells']} | {figures} | {shares} |"
        mean = shown(part["average_precision"]["mean"]["ap50"], interval_of(part, "mean", "ap50"))
        yield f"{begin} | **mean** | | **{mean}** | | | | | |"


def _figures(
    values: Mapping[str, Any], part: Mapping[str, Any], code: str, write: Callable[..., str], names: tuple[str, ...]
) -> str:
    return " | ".join(write(values.get(name), interval_of(part, code, name)) for name in names)


def _parts(metrics: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield f"all {metrics['all']['fields']}", metrics["all"]
    if metrics["txl-pbc"] is not None:
        yield f"TXL-PBC {metrics['txl-pbc']['fields']}", metrics["txl-pbc"]
    for source, values in metrics["by_source"].items():
        yield f"{source} {values['fields']}", values
