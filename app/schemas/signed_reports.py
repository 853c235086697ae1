"""What is signed: a sample's result with everything needed to print and to judge it years later.

The canonical JSON of a ``SignedContent`` is stored and hashed. Fields are only ever added; none changes its meaning,
because documents of every version of this program stay readable. Counts are cells; None is a count not available.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import Schema
from app.schemas.figures import SampleFigures
from app.schemas.findings import Differential, Interval, Morphology
from app.schemas.measurements import Measurements
from app.schemas.reviews import ReviewSummary
from app.schemas.sign_checks import SignCheck
from model.types import Notice

MOST_PICTURES = 6
"""Field images that a report can show."""


class ReportAcquisition(Schema):
    """How the fields were photographed, as the laboratory's profile said: micrometres a pixel, mm2 a field."""

    name: str
    objective: str | None
    um_per_px: float | None
    field_area_mm2: float | None


class ReportSample(Schema):
    """The sample as it was registered."""

    id: int
    accession_number: str
    patient_code: str | None
    sex: str | None
    age_value: int | None
    age_unit: str | None
    stain: str | None
    note: str | None
    registered_at: datetime
    acquisition: ReportAcquisition | None


class ReportField(Schema):
    """One image of the sample. Without counts it was refused, failed or cancelled, and ``reason`` says why.

    ``sha256`` is the hash of its file, ``cells_sha256`` that of its cells as persons left them with ``revision``.
    """

    image_id: int
    file_name: str
    sha256: str
    width: int | None
    height: int | None
    status: str
    is_set_aside: bool
    reason: Notice | None
    warnings: tuple[Notice, ...]
    counts: dict[str, int | None] | None
    differential: dict[str, int] | None
    morphology: dict[str, int] | None
    head_counts: dict[str, float] | None
    counted_at: datetime | None
    analysis_id: int | None
    revision: int
    review: ReviewSummary | None
    cells_sha256: str | None
    weights_sha256: str | None


class ReportWeights(Schema):
    """Weights that counted some of the fields, with their working thresholds by class (scores, 0..1)."""

    name: str
    version: str
    sha256: str
    thresholds: dict[str, float]
    engines: tuple[str, ...]
    fields: int


class ReportScheme(Schema):
    """The scheme of the morphology's grades; ``sha256`` is the hash of all its limits."""

    id: str
    version: str
    title: str
    source: str
    sha256: str


class ReportContent(Schema):
    """A sample's result as it stands, before it is signed. Its hash tells whether it is still what was shown.

    ``figures`` holds each reference range that a figure was compared with, and the version that it is of.
    """

    laboratory: str | None
    app_version: str
    sample: ReportSample
    fields: tuple[ReportField, ...]
    counts: dict[str, int | None] | None
    count_intervals: dict[str, Interval | None] | None
    differential: Differential | None
    morphology: Morphology | None
    grading_scheme: ReportScheme | None
    figures: SampleFigures
    measurements: Measurements
    weights: tuple[ReportWeights, ...]
    method: tuple[str, ...]
    intended_use: str
    checks: tuple[SignCheck, ...]


class SignatureMeaning(Schema):
    """What a signature says: ``label`` in a word, ``statement`` in the first person."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    label: str
    statement: str


class Signature(Schema):
    """Who signed, in which role, when (UTC), and what that says.

    ``full_name`` is None where nobody entered it, and in reports that were signed before it was kept.
    """

    signer: str
    full_name: str | None = None
    account_id: int
    role: str
    meaning: SignatureMeaning
    signed_at: datetime


class ReplacedVersion(Schema):
    """The version that a corrected one replaces, and why."""

    version: int
    sha256: str
    signed_at: datetime
    signer: str
    reason: str
    opened_by: str
    opened_at: datetime


class ReportChange(Schema):
    """A figure that differs from the replaced version: ``what`` names it, as ``counts.RBC``."""

    what: str
    was: str | int | float | None
    now: str | int | float | None


class ReportPicture(Schema):
    """A field image that the report shows."""

    image_id: int
    sha256: str


class SignedContent(ReportContent):
    """A signed version, whole. ``draws_cells``: its pictures show the counted cells."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    version: int
    replaces: ReplacedVersion | None
    changes: tuple[ReportChange, ...]
    pictures: tuple[ReportPicture, ...]
    draws_cells: bool = False
    signature: Signature


class SignRequest(Schema):
    """What a person signs: the hash of what was shown, the checks acknowledged, the meaning, images for the report."""

    shown_sha256: str
    acknowledged: frozenset[str]
    meaning: str
    picture_ids: tuple[int, ...]
    draws_cells: bool = False


class SignatureForm(Schema):
    """The form of the page to sign on, as a browser sends it."""

    shown: str = ""
    acknowledged: tuple[str, ...] = ()
    meaning: str = ""
    pictures: tuple[int, ...] = ()
    cells: bool = False
    password: Annotated[str, Field(repr=False)] = ""


class ReportVersion(Schema):
    """A signed version in a list. ``replaced_by`` is the next version, None while this one holds."""

    version: int
    signer: str
    meaning: str
    signed_at: datetime
    sha256: str
    replaced_by: int | None


class OpenCorrection(Schema):
    """A correction that is not signed yet: the version it will replace, why, who opened it and when."""

    version: int
    reason: str
    opened_by: str
    opened_at: datetime


class SampleReports(Schema):
    """A sample's signed versions, the oldest first, and its open correction."""

    sample_id: int
    accession_number: str
    is_signed: bool
    versions: tuple[ReportVersion, ...]
    correction: OpenCorrection | None


class ReportFault(Schema):
    """Something about a signed version that is not as it was signed."""

    code: str
    message: str


class SignedReport(Schema):
    """A signed version with what its verification found; ``faults`` is empty where all is as it was signed."""

    sample_id: int
    version: int
    sha256: str
    replaced_by: int | None
    faults: tuple[ReportFault, ...]
    content: SignedContent


class ReportVerification(Schema):
    """What a look at a signed version found: its hash, its place among the versions, its cells."""

    sample_id: int
    version: int
    is_as_signed: bool
    faults: tuple[ReportFault, ...]
