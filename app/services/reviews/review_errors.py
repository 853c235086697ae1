"""What a review refuses, as further leaves of the tree in ``app/errors.py``."""

from app.errors import Conflict, NotFound


class SheetNotFound(NotFound):
    """The image has no such sheet of cut-out cells; it may have been counted anew."""

    code = "sheet_not_found"

    def __init__(self, image_id: int) -> None:
        super().__init__(f"Image number {image_id} has no such sheet of cells; load the gallery again.")


class FieldNotReviewable(Conflict):
    """The image was refused, so it has no cells that a person could correct."""

    code = "field_not_reviewable"

    def __init__(self, image_id: int, reason: str | None) -> None:
        told = f": {reason}" if reason else "."
        super().__init__(f"Image number {image_id} was not counted, so it has no cells to correct{told}")


class ReviewOutdated(Conflict):
    """Edits came for an analysis that a newer one has replaced; they stay where they were made."""

    code = "review_outdated"

    def __init__(self, image_id: int) -> None:
        super().__init__(
            f"Image number {image_id} was counted anew since this page was opened, so the changes do not fit any "
            "more; load the page again and make them on the new count."
        )


class EditorChanged(Conflict):
    """Edits came from a page of one person after another had signed in; they stay where they were made."""

    code = "editor_changed"

    def __init__(self, editor: str, actor: str) -> None:
        super().__init__(
            f"These changes were made by {editor}, but {actor} is signed in now. They are kept on this computer and "
            f"are saved when {editor} signs in here and opens this field again."
        )
