"""What the scripts of the viewer and the gallery read and send; the same as the API's, for a person at a page."""

from fastapi import APIRouter

from app.routes.api.reviews import show_edits, show_review, submit_edits

router = APIRouter()
router.add_api_route("/images/{image_id}/review", show_review, methods=["GET"])
router.add_api_route("/images/{image_id}/edits", show_edits, methods=["GET"])
router.add_api_route("/images/{image_id}/edits", submit_edits, methods=["POST"])
