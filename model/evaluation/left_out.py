"""Figures for a source that training never saw: which fields judge, and how the figures are kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from model.data.packed import PackedField
from model.data.source_groups import check_group, fully_labelled, only_group
from model.weights import WeightsManifest

LEFT_OUT = "left_out"
"""Where the training record names the groups left out, and the metrics keep the figures of each."""

NAMING_LEFT_OUT = "naming_left_out"
"""Where the metrics keep the naming figures of each group whose names were not taught."""


class SourceNotLeftOut(ValueError):
    """The weights were, or may have been, trained on the source that is to judge them."""


def check_left_out(manifest: WeightsManifest, group: str) -> None:
    """Accept weights whose training record says that they never saw a group of sources.

    Raises:
        UnknownSourceGroup: There is no such group.
        SourceNotLeftOut: The record does not name the group.
    """
    check_group(group)
    named = manifest.training.get(LEFT_OUT, [])
    if group not in named:
        seen = f"names only {', '.join(named)}" if named else "names no source that was left out"
        raise SourceNotLeftOut(
            f"{manifest.name} {manifest.version}: its training record {seen}, so {group!r} may have taught it; "
            f"train with: bloodcount train DATASET --run RUN --leave-out {group} --publish FOLDER"
        )


def judging_fields(fields: Sequence[PackedField], group: str) -> list[PackedField]:
    """All fields of a group that the publisher labelled fully, of every split: none has been seen.

    Raises:
        UnknownSourceGroup: There is no such group.
        ValueError: There is no such field.
    """
    return fully_labelled(only_group(fields, group))


def thinned(fields: Sequence[PackedField], limit: int | None) -> tuple[list[PackedField], int]:
    """At most ``limit`` fields, every k-th in order, and k; all of them and 1 for None.

    Neighbouring fields are alike, so every k-th shows more of a set than the first ones.
    """
    step = 1 if limit is None else -(-len(fields) // limit)
    return list(fields[::step]), step


def left_out_entry(
    manifest: WeightsManifest, part: Mapping[str, Any], thresholds: Mapping[str, float], fields_taken: Mapping[str, int]
) -> dict[str, Any]:
    """What is kept of one group: the weights, what they were trained with, which fields judged, the figures.

    ``fields_taken`` is ``every`` (k of every k-th) and ``of`` (how many there were).
    """
    progress = manifest.training["progress"]
    return {
        "weights": {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256},
        "training": {
            "minutes": progress["seconds"] / 60,
            "steps": progress["step"],
            LEFT_OUT: list(manifest.training[LEFT_OUT]),
        },
        "thresholds": dict(thresholds),
        "fields_taken": dict(fields_taken),
        **part,
    }


def with_left_out(metrics: Mapping[str, Any], group: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics of a release with the figures of a group that other weights were trained without."""
    return {**metrics, LEFT_OUT: {**metrics.get(LEFT_OUT, {}), group: dict(entry)}}


def keeping_left_out(metrics: Mapping[str, Any], former: Mapping[str, Any]) -> dict[str, Any]:
    """New metrics of a release with the left-out figures, of counting and of naming, that its manifest held before."""
    return {**metrics, **{name: former[name] for name in (LEFT_OUT, NAMING_LEFT_OUT) if name in former}}
