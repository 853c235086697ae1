"""What is refused about weights releases and golden fields; part of the tree of ``app.errors``.

::

    BloodcountError
    ├── NotFound                        404
    │   ├── ReleaseNotFound                  release_not_found
    │   └── ActivationNotFound               activation_not_found
    ├── Conflict                        409
    │   ├── ReleaseNotReady                  release_not_ready
    │   ├── ReleaseKnown                     release_known
    │   ├── WeightsActive                    weights_active
    │   ├── WeightsWorse                     weights_worse
    │   ├── EvaluationOutdated               evaluation_outdated
    │   ├── ActivationClosed                 activation_closed
    │   ├── SecondPersonNeeded               second_person_needed
    │   ├── NothingToRollBack                nothing_to_roll_back
    │   └── FieldNotReviewed                 field_not_reviewed
    └── WeightsRejected                 415  as the check that refused them says
"""

from app.errors import BloodcountError, Conflict, NotFound


class ReleaseNotFound(NotFound):
    """No weights release has this number."""

    code = "release_not_found"

    def __init__(self, release_id: int) -> None:
        super().__init__(
            f"There are no weights number {release_id}; the page Weights and 'bloodcount weights list' show them all."
        )


class ActivationNotFound(NotFound):
    """No wish to activate weights has this number."""

    code = "activation_not_found"

    def __init__(self, activation_id: int) -> None:
        super().__init__(f"There is no activation number {activation_id}; the page Weights shows those that wait.")


class ReleaseNotReady(Conflict):
    """Weights that are not checked and evaluated, or were refused."""

    code = "release_not_ready"

    def __init__(self, release_id: int, why: str) -> None:
        super().__init__(f"Weights number {release_id} cannot count: {why}")


class ReleaseKnown(Conflict):
    """The same weights were added before."""

    code = "release_known"

    def __init__(self, release_id: int) -> None:
        super().__init__(
            f"These weights are here already, as number {release_id}. To evaluate them again, choose that on their "
            f"page or run 'bloodcount weights validate {release_id}'."
        )
        self.release_id = release_id


class WeightsActive(Conflict):
    """The weights to activate count already."""

    code = "weights_active"

    def __init__(self) -> None:
        super().__init__("These weights are the active ones already, so nothing was changed.")


class WeightsWorse(Conflict):
    """The weights are worse than the active ones, and nobody said why they are wanted all the same."""

    code = "weights_worse"

    def __init__(self, worse: str) -> None:
        super().__init__(
            f"These weights are worse than the active ones: {worse} To activate them all the same, give the reason; it "
            "is kept in the audit trail."
        )


class EvaluationOutdated(Conflict):
    """The weights were compared with others than those that count now."""

    code = "evaluation_outdated"

    def __init__(self, release_id: int) -> None:
        super().__init__(
            f"Weights number {release_id} were compared with others than the active ones; evaluate them again first, "
            f"on their page or with 'bloodcount weights validate {release_id}'."
        )


class ActivationClosed(Conflict):
    """Somebody else decided in the meantime."""

    code = "activation_closed"

    def __init__(self, what: str) -> None:
        super().__init__(f"This activation was {what} already, so nothing was changed; load the page again.")


class SecondPersonNeeded(Conflict):
    """The one who asks for an activation cannot be the one who approves it."""

    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__(
            "This laboratory asks for a second person: another admin than the one who asked for it has to sign in and "
            "approve the activation."
        )


class NothingToRollBack(Conflict):
    """The weights were never changed."""

    code = "nothing_to_roll_back"

    def __init__(self) -> None:
        super().__init__("The weights that came with this installation count; there are none before them.")


class FieldNotReviewed(Conflict):
    """A field that no person has gone through is no truth to judge weights by."""

    code = "field_not_reviewed"

    def __init__(self) -> None:
        super().__init__(
            "Nobody has confirmed or corrected a cell of this field yet, so it cannot be golden; review it first."
        )


class WeightsRejected(BloodcountError):
    """A file that is no weights release; ``code`` says why."""

    http_status = 415

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
