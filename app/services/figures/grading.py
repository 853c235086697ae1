"""Grading of red-cell morphology: reads the scheme that the settings name, and grades shares by it."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from app.schemas.findings import GradedShare, Share
from app.schemas.grading import GradingScheme, GradingUnit
from app.settings import InvalidSettings
from model.classes import RedCellSubtype
from model.types import Notice

NO_SCHEME = "none"
"""The setting's value for a laboratory that wants no grades."""

_SHIPPED_FOLDER = Path(__file__).parent / "grading_schemes"
_FILE_SUFFIX = ".toml"

LEAST_CATEGORISED_SHARE = 0.9
"""Of the red cells seen; with more left uncategorised, these alone could lift any type over a limit or hide it."""

_NO_SCHEME_SET = Notice("no_scheme", "The settings of this installation ask for no grades.")
_NO_RED_CELL = Notice("no_red_cells", "No red cell was categorised, so there is nothing to grade.")
_PER_FIELD = Notice(
    "scheme_counts_per_field",
    "The scheme's limits are cells in an eyepiece's field of view, and a photograph shows another area.",
)


def shipped_schemes() -> tuple[str, ...]:
    """The schemes that come with Bloodcount, by id."""
    return tuple(sorted(path.stem for path in _SHIPPED_FOLDER.glob(f"*{_FILE_SUFFIX}")))


def load_grading_scheme(name: str) -> GradingScheme | None:
    """The scheme of a setting: an id of those shipped, the path of a TOML file, or ``none`` for no grades.

    Raises:
        InvalidSettings: There is no such scheme, or its file cannot be used; the sentence says where and why.
    """
    if name == NO_SCHEME:
        return None
    if name in shipped_schemes():
        return _read(_SHIPPED_FOLDER / f"{name}{_FILE_SUFFIX}")
    if not name.endswith(_FILE_SUFFIX):
        known = ", ".join((*shipped_schemes(), NO_SCHEME))
        raise InvalidSettings(f"there is no grading scheme {name!r}; use {known}, or the path of a {_FILE_SUFFIX} file")
    return _read(Path(name))


def graded_share(
    scheme: GradingScheme | None, subtype: RedCellSubtype, share: Share, *, categorised: int, uncategorised: int = 0
) -> GradedShare:
    """A type's share among ``categorised`` red cells with its grade, or with the reason why it has none.

    ``uncategorised`` red cells were seen beside them.
    """
    scale = None if scheme is None else scheme.scale_of(subtype)
    no_grade = _reason_against(scheme, subtype, categorised, uncategorised)
    grade = None
    if no_grade is None and scale is not None and share.percent is not None:
        grade = scale.grade_of(share.percent)
        lowest = scale.grades[0]
        if grade is None:
            no_grade = Notice(
                "below_lowest_grade", f"The lowest grade, {lowest.label}, begins at {lowest.begins_at:g} %."
            )
    return GradedShare(
        **dict(share), grade=grade, no_grade=no_grade, graded_from=scale.least_red_cells if scale else None
    )


def _reason_against(
    scheme: GradingScheme | None, subtype: RedCellSubtype, categorised: int, uncategorised: int
) -> Notice | None:
    """Why a type can have no grade, whatever its share; None where it can."""
    if scheme is None:
        return _NO_SCHEME_SET
    scale = scheme.scale_of(subtype)
    if scale is None:
        return Notice("not_in_scheme", f"The scheme {scheme.id} does not grade this type.")
    if scheme.unit is GradingUnit.PER_FIELD:
        return _PER_FIELD
    if categorised == 0:
        return _NO_RED_CELL
    if categorised < scale.least_red_cells:
        numbers = f"Graded from {scale.least_red_cells:,} red cells on, and {categorised:,} were categorised"
        return Notice("too_few_red_cells", f"{numbers}: {scale.least_reason}.")
    return _too_many_uncategorised(categorised, uncategorised)


def _too_many_uncategorised(categorised: int, uncategorised: int) -> Notice | None:
    share = categorised / (categorised + uncategorised)
    if share >= LEAST_CATEGORISED_SHARE:
        return None
    told = f"Graded where at least {LEAST_CATEGORISED_SHARE:.0%} of the red cells are categorised, and {share:.1%} are"
    return Notice("too_many_uncategorised", f"{told}: those that the network is sure of are no fair sample of all.")


def _read(path: Path) -> GradingScheme:
    try:
        return GradingScheme.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = f"it is no TOML ({error})"
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        reason = f"{place}: {message}" if place else message
    raise InvalidSettings(f"the grading scheme {str(path)!r} cannot be used: {reason}")
