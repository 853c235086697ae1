"""What the sample page says of a sample's differential and morphology, in rows and sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.schemas.findings import Differential, GradedShare, Interval, Morphology, SchemeIdentity, Share
from app.schemas.samples import SampleDetail
from app.web.subtype_words import SUBTYPE_LETTERS, SUBTYPE_NAMES
from app.web.templating import grouped
from model.classes import RedCellSubtype

SMALLEST_DIFFERENTIAL = 100
"""White cells of a routine differential (reference/clinical.md 1.3); with fewer the page says that n is small."""

_DECIMALS_BELOW = 100
_UNGRADED_WORDS = {
    "below_lowest_grade": "none",
    "not_in_scheme": "not graded",
    "scheme_counts_per_field": "not graded",
    "no_red_cells": "not graded",
    "too_many_uncategorised": "not graded",
}


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type of cell: how many, which share with its interval, and for a red cell its grade or a word why not.

    ``percent`` and ``interval`` are None where there is nothing to take a share of; ``bar`` then is too, else it is the
    share and the ends of its interval in percent.
    """

    name: str
    letters: str
    n: int
    percent: str | None
    interval: str | None
    bar: tuple[float, float, float] | None
    grade: str | None = None
    ungraded: str | None = None


@dataclass(frozen=True, slots=True)
class DifferentialView:
    """The differential's rows, the cells that are in none of them, and what has to be known to read it."""

    rows: tuple[TypeRow, ...]
    identified: int
    unidentified: int
    nrbc: int | None
    nrbc_per_100_wbc: str | None
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MorphologyView:
    """The morphology's rows, the cells that are in none of them, the scheme of the grades, and what has to be known.

    ``withheld`` says which types have no grade and why.
    """

    rows: tuple[TypeRow, ...]
    categorised: int
    uncategorised: int
    scheme: SchemeIdentity | None
    cautions: tuple[str, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingsView:
    """Differential and morphology; ``unavailable`` says why one is None."""

    differential: DifferentialView | None
    morphology: MorphologyView | None
    unavailable: str


def build_findings_view(sample: SampleDetail) -> FindingsView:
    """What the page shows of a sample's differential and morphology."""
    return FindingsView(
        differential=build_differential(sample.differential) if sample.differential else None,
        morphology=build_morphology(sample.morphology) if sample.morphology else None,
        unavailable=(
            "The weights that counted an image of this sample cannot tell these cells apart."
            if sample.counts
            else "No image of this sample is counted yet."
        ),
    )


def count_words(interval: Interval) -> str:
    """The ends of a count's interval, with a decimal where it matters."""
    return "–".join(f"{end:.1f}" if end < _DECIMALS_BELOW else grouped(end) for end in (interval.low, interval.high))


def build_differential(found: Differential) -> DifferentialView:
    """The rows of a differential, with what has to be known to read it."""
    cautions = []
    if found.identified == 0:
        cautions.append("No white cell was identified, so there are no percentages.")
    elif found.identified < SMALLEST_DIFFERENTIAL:
        cautions.append(
            f"Small n: {_cells(found.identified, 'white cell')} identified. A routine differential has at least "
            f"{SMALLEST_DIFFERENTIAL}; read the intervals, not the percentages alone."
        )
    if found.unidentified:
        cautions.append(
            f"{_cells(found.unidentified, 'white cell')} unidentified: the network was not sure enough of any type. "
            "A person has to name them; they are in no percentage, and nucleated red cells may be among them."
        )
    return DifferentialView(
        rows=tuple(_row(name, share) for name, share in found.types.items()),
        identified=found.identified,
        unidentified=found.unidentified,
        nrbc=found.nrbc,
        nrbc_per_100_wbc=None if found.nrbc_per_100_wbc is None else f"{found.nrbc_per_100_wbc:.1f}",
        cautions=tuple(cautions),
    )


def build_morphology(found: Morphology) -> MorphologyView:
    """The rows of a morphology, with what has to be known to read it."""
    cautions = []
    if found.categorised == 0:
        cautions.append("No red cell was categorised, so there are no percentages.")
    if found.uncategorised:
        cautions.append(
            f"{_cells(found.uncategorised, 'red cell')} uncategorised: the network was not sure enough of any type. "
            "They are left for a person and in no percentage; any of them may be of an abnormal type."
        )
    return MorphologyView(
        rows=tuple(_row(name, share) for name, share in found.types.items()),
        categorised=found.categorised,
        uncategorised=found.uncategorised,
        scheme=found.scheme if found.categorised else None,
        cautions=tuple(cautions),
        withheld=tuple(_grades_withheld(found.types)),
    )


def _grades_withheld(types: Mapping[str, GradedShare]) -> Iterable[str]:
    """One sentence for all types that have too few red cells for the same reason, or that the scheme cannot grade."""
    names_by_message: dict[str, list[str]] = {}
    for name, share in types.items():
        if share.no_grade and share.no_grade.code in {"too_few_red_cells", "scheme_counts_per_field"}:
            names_by_message.setdefault(share.no_grade.message, []).append(SUBTYPE_NAMES[name].lower())
    return (f"No grade for {', '.join(names)}. {message}" for message, names in names_by_message.items())


def _row(name: str, share: Share) -> TypeRow:
    has_share = share.percent is not None and share.low is not None and share.high is not None
    graded = share if isinstance(share, GradedShare) else None
    return TypeRow(
        name=SUBTYPE_NAMES[name],
        letters=SUBTYPE_LETTERS.get(name, ""),
        n=share.n,
        percent=f"{share.percent:.1f}" if has_share else None,
        interval=f"{share.low:.1f}–{share.high:.1f}" if has_share else None,
        bar=(share.percent or 0.0, share.low or 0.0, share.high or 0.0) if has_share else None,
        grade=graded.grade if graded else None,
        ungraded=_ungraded_word(name, graded) if graded else None,
    )


def _ungraded_word(name: str, share: GradedShare) -> str | None:
    """Why a type has no grade, in the room of a table cell; normal cells are no finding that could have one."""
    if share.no_grade is None or name == RedCellSubtype.NORMAL:
        return None
    if share.no_grade.code == "too_few_red_cells" and share.graded_from is not None:
        return f"n < {grouped(share.graded_from)}"
    return _UNGRADED_WORDS.get(share.no_grade.code)


def _cells(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
