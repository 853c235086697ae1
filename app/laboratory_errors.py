"""What the application refuses about a laboratory's own data: profiles, reference ranges, and edits of samples.

A branch of the tree in ``app.errors``::

    BloodcountError
    ├── NotFound
    │   ├── ProfileNotFound             404  acquisition_profile_not_found
    │   └── RangeSetNotFound            404  reference_ranges_not_found
    └── Conflict
        ├── ProfileNameTaken            409  acquisition_profile_name_taken
        ├── SampleChangedMeanwhile      409  sample_changed_meanwhile
        ├── ProfileChangedMeanwhile     409  acquisition_profile_changed_meanwhile
        └── RangesChangedMeanwhile      409  reference_ranges_changed_meanwhile
"""

from app.errors import Conflict, NotFound


class ProfileNotFound(NotFound):
    """No acquisition profile has this number."""

    code = "acquisition_profile_not_found"

    def __init__(self, profile_id: int) -> None:
        super().__init__(
            f"There is no acquisition profile number {profile_id}; the page Acquisition profiles shows all of them."
        )


class RangeSetNotFound(NotFound):
    """The reference ranges have no such version."""

    code = "reference_ranges_not_found"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"There is no version {version} of the reference ranges; the page Reference ranges shows all of them."
        )


class ProfileNameTaken(Conflict):
    """Another acquisition profile has this name already."""

    code = "acquisition_profile_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"An acquisition profile {name!r} exists already, in whatever case; choose another name.")


class SampleChangedMeanwhile(Conflict):
    """Somebody else changed the sample's data while this form was open."""

    code = "sample_changed_meanwhile"

    def __init__(self, accession_number: str) -> None:
        super().__init__(
            f"Somebody changed the data of sample {accession_number!r} since this page was opened, so nothing was "
            "saved. Open the form again, see what is there now, and enter your change once more."
        )


class ProfileChangedMeanwhile(Conflict):
    """Somebody else changed the acquisition profile while this form was open."""

    code = "acquisition_profile_changed_meanwhile"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Somebody changed the acquisition profile {name!r} since this page was opened, so nothing was saved. Open "
            "the form again, see what is there now, and enter your change once more."
        )


class RangesChangedMeanwhile(Conflict):
    """A newer version of the reference ranges was saved while this form was open."""

    code = "reference_ranges_changed_meanwhile"

    def __init__(self, base: int, current: int) -> None:
        super().__init__(
            f"This form began with version {base} of the reference ranges, and version {current} was saved since, so "
            "nothing was saved. Open the page again and enter your change once more."
        )
