"""What is checked before a sample is signed."""

from app.schemas.base import Schema


class SignCheck(Schema):
    """One thing to know before signing, and what to do about it.

    A blocking one forbids the signature; any other has to be acknowledged by the person who signs, and is signed
    along. ``link`` is where it is mended, None where nothing on a page mends it.
    """

    code: str
    title: str
    message: str
    next_step: str
    link: str | None = None
    is_blocking: bool = False
