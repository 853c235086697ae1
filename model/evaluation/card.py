"""The model card's tables, made from the metrics in the weights manifest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model.weights import WeightsManifest

_BEGIN, _END = "<!-- tables: begin -->", "<!-- tables: end -->"


class CardError(ValueError):
    """The model card has no place for the tables, or the manifest has no metrics."""


def card_tables(manifest: WeightsManifest) -> str:
    """Markdown tables of a release: what it is, how it detects, how it counts.

    Raises:
        CardError: The manifest holds no metrics.
    """
    if not manifest.metrics:
        raise CardError(f"{manifest.name} {manifest.version} has no metrics; run: bloodcount evaluate DATASET --record")
    return "\n".join([*_release(manifest), "", *_detection(manifest.metrics), "", *_counting(manifest.metrics)])


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
    yield f"| training | {progress['step']} steps, {progress['seconds'] / 60:.0f} minutes, from random weights |"
    for split, by_source in manifest.training["dataset"]["fields_kept"].items():
        yield f"| fields, {split} | {', '.join(f'{source} {fields}' for source, fields in sorted(by_source.items()))} |"
    yield f"| working thresholds | {thresholds} |"


def _detection(metrics: dict[str, Any]) -> Iterator[str]:
    yield f"Detection on the {metrics['split']} split, through the whole pipeline, IoU 0.5:"
    yield ""
    yield "| fields of | class | cells | AP50 | AP50-95 | precision | recall | F1 |"
    yield "|---|---|---|---|---|---|---|---|"
    for part, values in _parts(metrics):
        precision = values["average_precision"]
        for code, row in values["classes"].items():
            figures = [precision[code]["ap50"], precision[code]["ap50_95"], row["precision"], row["recall"], row["f1"]]
            yield f"| {part} | {code} | {row['reference_cells']} | {' | '.join(_shown(value) for value in figures)} |"
        mean = precision["mean"]
        yield f"| {part} | **mean** | | **{_shown(mean['ap50'])}** | **{_shown(mean['ap50_95'])}** | | | |"


def _counting(metrics: dict[str, Any]) -> Iterator[str]:
    yield "Counting on the same fields at the working thresholds:"
    yield ""
    yield (
        "| fields of | class | cells | counted | pooled error | total-count accuracy | sum of image errors / cells "
        "| bias a field (95 % limits of agreement) |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for part, values in _parts(metrics):
        for code, row in values["classes"].items():
            shares = [row["pooled_error"], row["total_count_accuracy"], row["relative_image_error"]]
            shown = " | ".join(_percent(share) for share in shares)
            yield (
                f"| {part} | {code} | {row['reference_cells']} | {row['predicted_cells']} | {shown} "
                f"| {row['bias']:+.2f} ({_limits(row['limits_of_agreement'])}) |"
            )


def _parts(metrics: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield f"all {metrics['all']['fields']}", metrics["all"]
    if metrics["txl-pbc"] is not None:
        yield f"TXL-PBC {metrics['txl-pbc']['fields']}", metrics["txl-pbc"]
    for source, values in metrics["by_source"].items():
        yield f"{source} {values['fields']}", values


def _shown(value: float | None) -> str:
    return "not available" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "not available" if value is None else f"{100 * value:.1f} %"


def _limits(limits: list[float] | None) -> str:
    return "not available" if limits is None else f"{limits[0]:+.2f} to {limits[1]:+.2f}"
