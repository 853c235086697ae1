"""Figures of naming for sources whose names were never taught."""

from collections.abc import Mapping, Sequence
from typing import Any

from model.data.packed import PackedField
from model.data.source_groups import check_group, only_group
from model.evaluation.left_out import LEFT_OUT, NAMING_LEFT_OUT, SourceNotLeftOut
from model.evaluation.naming.parts import has_names
from model.weights import WeightsManifest

NAMES_LEFT_OUT = "names_left_out"
"""Where the training record names the groups whose sub-type labels were not taught."""


def groups_without_names(manifest: WeightsManifest) -> list[str]:
    """The groups of sources of which the weights learnt no name: names left out, or all of the source."""
    return list(dict.fromkeys([*manifest.training.get(NAMES_LEFT_OUT, []), *manifest.training.get(LEFT_OUT, [])]))


def check_names_left_out(manifest: WeightsManifest, group: str) -> None:
    """Accept weights whose training record says that they were taught no name of a group of sources.

    Raises:
        UnknownSourceGroup: There is no such group.
        SourceNotLeftOut: The record does not name the group.
    """
    check_group(group)
    named = groups_without_names(manifest)
    if group not in named:
        seen = f"leaves out only those of {', '.join(named)}" if named else "leaves out no names"
        raise SourceNotLeftOut(
            f"{manifest.name} {manifest.version}: its training record {seen}, so {group!r} may have taught it names; "
            f'train with names_left_out = ["{group}"] in the file given to: bloodcount train --config'
        )


def named_fields_of(fields: Sequence[PackedField], group: str) -> list[PackedField]:
    """All fields of a group that have cells of known name, of every split: no name has been taught.

    Raises:
        UnknownSourceGroup: There is no such group, or a field's source is in none.
        ValueError: There is no such field.
    """
    chosen = [field for field in only_group(fields, group) if has_names(field)]
    if not chosen:
        raise ValueError(f"no field of {group!r} has a cell of known sub-type; choose another group")
    return chosen


def naming_left_out_entry(
    manifest: WeightsManifest, group: str, table: Mapping[str, Any], fields_taken: Mapping[str, int]
) -> dict[str, Any]:
    """What is kept of one group: the weights, how they were trained, which fields judged, the figures.

    ``detector_saw_fields`` is True where the source's pictures taught the detector, and only its names were left out.
    """
    progress = manifest.training["progress"]
    return {
        "weights": {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256},
        "training": {
            "minutes": progress["seconds"] / 60,
            "steps": progress["step"],
            NAMES_LEFT_OUT: list(manifest.training.get(NAMES_LEFT_OUT, [])),
            LEFT_OUT: list(manifest.training.get(LEFT_OUT, [])),
        },
        "detector_saw_fields": group not in manifest.training.get(LEFT_OUT, []),
        "fields_taken": dict(fields_taken),
        **table,
    }


def with_naming_left_out(metrics: Mapping[str, Any], group: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics of a release with the naming figures of a group whose names other weights were not taught."""
    return {**metrics, NAMING_LEFT_OUT: {**metrics.get(NAMING_LEFT_OUT, {}), group: dict(entry)}}
