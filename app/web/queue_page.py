"""What the queue's page shows, part by part, so that only what changed is sent to it."""

import zlib
from dataclasses import dataclass

from app.schemas.queue import QueueState
from app.web.live import PageFragment, PageUpdate
from app.web.status_words import duration_words
from app.web.templating import render_fragment

_PARTS = {
    "queue-overview": "fragments/queue_overview.html",
    "queue-workers": "fragments/queue_workers.html",
    "queue-failed": "fragments/queue_failed.html",
    "queue-running": "fragments/queue_running.html",
    "queue-waiting": "fragments/queue_waiting.html",
}
"""The parts in the order of the page, each with its template."""


@dataclass(frozen=True, slots=True)
class QueuePart:
    """One part of the page; its version is told by what it shows."""

    name: str
    version: str
    html: str


def queue_parts(queue: QueueState) -> list[QueuePart]:
    """Every part of the page as it would be drawn now."""
    parts = []
    for name, template in _PARTS.items():
        html = render_fragment(template, {"queue": queue, "to_go": time_to_go_words(queue)})
        version = f"{zlib.crc32(html.encode()):08x}"
        wrapped = f'<div class="stack" data-fragment="{name}" data-version="{version}" tabindex="-1">{html}</div>'
        parts.append(QueuePart(name, version, wrapped))
    return parts


def queue_update(queue: QueueState, seen: dict[str, str]) -> tuple[PageUpdate, dict[str, str]]:
    """What a page that shows ``seen`` has to replace, and what it shows then."""
    parts = queue_parts(queue)
    changed = [PageFragment(name=part.name, html=part.html) for part in parts if seen.get(part.name) != part.version]
    update = PageUpdate(fragments=tuple(changed), status_text=queue_sentence(queue), is_done=False)
    return update, {part.name: part.version for part in parts}


def queue_sentence(queue: QueueState) -> str:
    """The state of the queue in one sentence, as a screen reader says it."""
    if not queue.waiting and not queue.running:
        return "Nothing waits to be counted."
    return f"{queue.waiting:,} waiting, {queue.running:,} being counted."


def time_to_go_words(queue: QueueState) -> str | None:
    """How long the queue takes, in words; None where that is not available."""
    return None if queue.seconds_to_go is None else duration_words(queue.seconds_to_go)
