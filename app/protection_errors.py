"""What is refused to protect the server and the people whose data it holds; a branch of the tree in ``app/errors.py``.

::

    NotFound                            404
    ├── PatientNotFound                      patient_not_found
    └── StoredImageMissing
        └── PhotographErased                 photograph_erased
    Conflict                            409
    └── ErasureRefused                       erasure_refused
    Unavailable                         503
    ├── ContentErased                        content_erased
    └── DecoderUnavailable                   decoder_unavailable
"""

from app.errors import Conflict, NotFound, StoredImageMissing, Unavailable


class DecoderUnavailable(Unavailable):
    """No process that reads image files can be started; it is nobody's file that is at fault."""

    code = "decoder_unavailable"
    retry_after_s = 10

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Image files cannot be read at the moment, because no process for it can be started ({reason}); try again "
            "in a while, and free some memory on the server if it stays so."
        )


class ContentErased(Unavailable):
    """The same photograph was erased at the very moment in which it was uploaded."""

    code = "content_erased"
    retry_after_s = 1

    def __init__(self) -> None:
        super().__init__(
            "The same photograph was being erased at this very moment, so it was not taken in; upload it again."
        )


class PatientNotFound(NotFound):
    """No sample has this patient code."""

    code = "patient_not_found"

    def __init__(self) -> None:
        super().__init__("No sample has this patient code; look at how it is written in the sample's data.")


class PhotographErased(StoredImageMissing):
    """The photograph was erased on purpose; its result is still there."""

    code = "photograph_erased"

    def __init__(self, image_id: int) -> None:
        super().__init__(image_id)
        self.message = (
            f"The photograph of image number {image_id} was erased under the laboratory's rules; its counts are kept. "
            "Look at them on the page of its sample."
        )
        self.args = (self.message,)


class ErasureRefused(Conflict):
    """Something cannot be erased as it stands."""

    code = "erasure_refused"

    def __init__(self, why: str) -> None:
        super().__init__(f"This cannot be erased: {why}.")
        self.why = why
