"""Which sample a file of a batch belongs to, told from its path, its manifest row or its sender.

``static/js/grouping.js`` does the same in the browser, so that a person sees it before anything is sent.
"""

from pathlib import PurePosixPath

from app.schemas.batches import GroupedFile, Grouping, GroupingRule, ManifestRow
from app.services.intake.manifests import match_manifest

ARCHIVE_SUFFIX = ".zip"


def is_archive(path: str) -> bool:
    """Whether a file is unpacked instead of counted, told from its name."""
    return path.lower().endswith(ARCHIVE_SUFFIX)


def sample_of(path: str, rule: GroupingRule) -> str | None:
    """The accession number that a rule reads out of a path; None where it finds none."""
    place = PurePosixPath(path)
    stem = place.stem
    found: str | None
    if rule.by == "one":
        found = rule.accession_number
    elif rule.by == "folder":
        found = place.parent.name
    elif rule.by == "file":
        found = stem
    else:
        split = stem.partition if rule.by == "before_first" else stem.rpartition
        before, separator, _ = split(rule.separator)
        found = before if separator else stem
    return (found or "").strip() or None


def group_files(paths: list[str], rule: GroupingRule, manifest: list[ManifestRow]) -> Grouping:
    """Files grouped into samples: by their manifest row where they have one, else by the rule."""
    photographs = [path for path in paths if not is_archive(path)]
    match = match_manifest(photographs, manifest)
    files = []
    for path in paths:
        row = match.row_of.get(path)
        if row is not None:
            grouped = GroupedFile(
                path=path, accession_number=row.accession_number, note=row.note, is_from_manifest=True
            )
        else:
            grouped = GroupedFile(path=path, accession_number=None if is_archive(path) else sample_of(path, rule))
        files.append(grouped)
    return Grouping(
        files=tuple(files),
        rows_without_file=match.rows_without_file,
        ambiguous_rows=match.ambiguous_rows,
        files_without_row=tuple(path for path in photographs if manifest and path not in match.row_of),
    )
