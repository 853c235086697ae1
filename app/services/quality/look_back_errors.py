"""What the counter, the library and the controls refuse, as further leaves of the tree in ``app/errors.py``."""

from app.errors import Conflict, NotFound


class CounterMoved(Conflict):
    """A count goes on in another tab, and this one would overwrite it."""

    code = "counter_moved"

    def __init__(self) -> None:
        super().__init__(
            "This count went on in another tab or on another computer, and what was counted there is kept. Load the "
            "page again to go on with it."
        )


class ManualDifferentialNotFound(NotFound):
    """The sample has no manual differential of this number."""

    code = "manual_differential_not_found"

    def __init__(self, differential_id: int) -> None:
        super().__init__(
            f"This sample has no manual differential number {differential_id}; open the sample and look at its list."
        )


class SecondReadingNotFound(NotFound):
    """The sample has no finished second reading of this number."""

    code = "second_reading_not_found"

    def __init__(self, reading_id: int) -> None:
        super().__init__(f"This sample has no finished second reading number {reading_id}; open the sample again.")


class SecondReadingNotBlind(Conflict):
    """Who named cells of a sample cannot read it a second time without knowing the first names."""

    code = "second_reading_not_blind"

    def __init__(self) -> None:
        super().__init__(
            "You named or confirmed cells of this sample yourself, so your reading would be the first one again. Ask "
            "another person to read it."
        )


class AlreadyWithdrawn(Conflict):
    """A manual differential was withdrawn before."""

    code = "already_withdrawn"

    def __init__(self, by: str) -> None:
        super().__init__(f"This manual differential was withdrawn by {by} already; nothing was changed.")


class CellNotConfirmed(Conflict):
    """A cell that no person named has no place among the reference cells."""

    code = "cell_not_confirmed"

    def __init__(self, cell: str) -> None:
        super().__init__(
            f"Cell {cell} cannot go into the library: a person has to give it a type, or confirm the one suggested, "
            "first. Choose it, press the key of its name or Enter, and add it then."
        )


class ReferenceCellNotFound(NotFound):
    """The library has no cell of this number."""

    code = "reference_cell_not_found"

    def __init__(self, cell_id: int) -> None:
        super().__init__(f"The library has no cell number {cell_id}; load its page again.")


class ControlLotNotFound(NotFound):
    """There is no lot of control material with this number."""

    code = "control_lot_not_found"

    def __init__(self, lot_id: int) -> None:
        super().__init__(f"There is no control lot number {lot_id}; the page Quality control shows all of them.")


class ControlRunNotFound(NotFound):
    """There is no control run with this number."""

    code = "control_run_not_found"

    def __init__(self, run_id: int) -> None:
        super().__init__(f"There is no control run number {run_id}; the lot's page shows all of them.")


class AnalysisNotFound(NotFound):
    """The image has no analysis of this number."""

    code = "analysis_not_found"

    def __init__(self, image_id: int, analysis_id: int) -> None:
        super().__init__(f"Image number {image_id} has no analysis number {analysis_id}; open its sample.")


class GoldenCheckNotFound(NotFound):
    """There is no check of the golden fields with this number."""

    code = "golden_check_not_found"

    def __init__(self, check_id: int) -> None:
        super().__init__(f"There is no check number {check_id}; the page Quality control shows the newest ones.")
