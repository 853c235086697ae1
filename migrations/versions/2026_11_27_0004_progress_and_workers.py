"""When an image was queued, started, changed and set aside, and what each counting process tells of itself.

Revision 0004, after 0003. Rows from before it keep empty times: when they were queued was never written down.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENTS = ("queued_at", "started_at", "changed_at", "set_aside_at")
_TOLD: dict[str, sa.types.TypeEngine[Any]] = {
    "weights": sa.String(300),
    "device": sa.String(100),
    "slots": sa.Integer(),
    "computing": sa.Integer(),
    "finished": sa.Integer(),
    "images_per_s": sa.Float(),
}


def upgrade() -> None:
    for name in _MOMENTS:
        op.add_column("field_image", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name, kind in _TOLD.items():
        op.add_column("executor_heartbeat", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in _TOLD:
        op.drop_column("executor_heartbeat", name)
    for name in _MOMENTS:
        op.drop_column("field_image", name)
