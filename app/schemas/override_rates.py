"""How often persons changed what the network suggested, by what it had suggested and by its weights."""

from app.schemas.base import Schema
from app.schemas.findings import Share


class TypeOverrides(Schema):
    """The suggestions of one type on fields that a person worked on.

    ``suggested`` of them were counted; a person dealt with ``looked_at``, and changed or removed ``changed``.
    ``of_suggested`` is too low a rate where persons leave cells alone that they did not look at, ``of_looked_at`` too
    high where they confirm only few: the truth lies between. ``became`` are the types they were changed to.
    """

    cell_class: str
    subtype: str | None
    suggested: int
    looked_at: int
    changed: int
    of_suggested: Share
    of_looked_at: Share
    became: dict[str, int]


class WeightsOverrides(Schema):
    """All types of one set of weights, on ``fields`` fields; ``added`` are cells that it had missed, by type.

    ``left_open`` cells the network had not named; a person named ``left_open_named`` of them, which overrides nothing.
    """

    name: str
    version: str
    sha256: str
    fields: int
    types: tuple[TypeOverrides, ...]
    total: TypeOverrides
    added: dict[str, int]
    left_open: int
    left_open_named: int


class OverrideRates(Schema):
    """The rates over fields that persons worked on in the last ``days``; ``is_cut``: only the newest were read."""

    days: int
    fields: int
    is_cut: bool
    weights: tuple[WeightsOverrides, ...]
