"""What the viewer's page shows of a field before its script takes over."""

from dataclasses import dataclass

from app.errors import ImageNotFound
from app.schemas.reviews import FieldReview
from app.schemas.samples import ImageStatus, ImageSummary, SampleDetail
from app.web.overlay import CLASS_NAMES
from app.web.type_buttons import TypeButton, platelet_button, red_buttons, white_buttons


@dataclass(frozen=True, slots=True)
class ViewerView:
    """One field of a sample, its neighbours among the counted ones, and the names a cell can be given."""

    sample: SampleDetail
    image: ImageSummary
    review: FieldReview
    position: int
    of: int
    before: int | None
    after: int | None

    @property
    def class_names(self) -> dict[str, str]:
        """The classes by code, in the order they are listed."""
        return CLASS_NAMES

    @property
    def white(self) -> tuple[TypeButton, ...]:
        """Names for white cells."""
        return white_buttons()

    @property
    def red(self) -> tuple[TypeButton, ...]:
        """Names for red cells."""
        return red_buttons(self.review.unavailable)

    @property
    def platelet(self) -> TypeButton:
        """The platelet's name."""
        return platelet_button()


def build_viewer_view(sample: SampleDetail, review: FieldReview) -> ViewerView:
    """What the viewer shows of a field.

    Raises:
        ImageNotFound: The image is none of the sample's.
    """
    counted = [image for image in sample.images if image.status == ImageStatus.COUNTED]
    places = {image.id: place for place, image in enumerate(counted)}
    if review.image_id not in places:
        raise ImageNotFound(review.image_id)
    place = places[review.image_id]
    return ViewerView(
        sample=sample,
        image=counted[place],
        review=review,
        position=place + 1,
        of=len(counted),
        before=counted[place - 1].id if place > 0 else None,
        after=counted[place + 1].id if place + 1 < len(counted) else None,
    )
