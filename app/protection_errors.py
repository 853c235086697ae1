"""What is refused to protect the server and the people whose data it holds; a branch of the tree in ``app/errors.py``.

::

    Unavailable                         503
    └── DecoderUnavailable                   decoder_unavailable
"""

from app.errors import Unavailable


class DecoderUnavailable(Unavailable):
    """No process that reads image files can be started; it is nobody's file that is at fault."""

    code = "decoder_unavailable"
    retry_after_s = 10

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Image files cannot be read at the moment, because no process for it can be started ({reason}); try again "
            "in a while, and free some memory on the server if it stays so."
        )
