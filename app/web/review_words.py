"""Whose word a count is: the network's, or a person's, in sentences for the sample page."""

from collections.abc import Sequence

from app.schemas.reviews import ReviewSummary

_NETWORK_ALONE = "Cells counted in images, suggested by the network and not reviewed by a person."


def review_words(review: ReviewSummary) -> str:
    """What persons did on an image, such as ``Cells by persons: 3 confirmed, 1 removed.``, in one sentence."""
    numbers = {
        "confirmed": review.confirmed,
        "renamed": review.relabelled,
        "added": review.added,
        "removed": review.removed,
    }
    done = ", ".join(f"{number:,} {word}" for word, number in numbers.items() if number)
    return f"Cells by persons: {done}." if done else "Changes of a person were all taken back."


def source_words(reviews: Sequence[ReviewSummary | None]) -> str:
    """Whose counts a sample's are; ``reviews`` has an entry for each of its counted images, None where untouched."""
    touched = [review for review in reviews if review is not None and review.touched]
    if not touched:
        return _NETWORK_ALONE
    cells = sum(review.touched for review in touched)
    return (
        f"Cells counted in images. Persons confirmed or changed {cells:,} {'cell' if cells == 1 else 'cells'} on "
        f"{len(touched):,} of {len(reviews):,} {'image' if len(reviews) == 1 else 'images'}; all others are the "
        "network's suggestions."
    )
