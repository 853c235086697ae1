"""The numbers of the job engine, with the reasons for each; tests shorten the waits."""

from dataclasses import dataclass

from app.db.repositories.workers import SILENT_AFTER_S

QUEUE_NAME = "count"
INTERACTIVE_QUEUE_NAME = "count_interactive"
"""A queue of its own: a job of the other one is claimed only when one of the jobs claimed before has ended."""

WORKFLOW_NAME = "count_image"
APPLICATION_NAME = "bloodcount"

APPLICATION_VERSION = "stable"
"""Never changed: DBOS leaves the jobs of another version where they are, so an upgrade would strand them."""


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How often, how long and how many; times in seconds.

    Attributes:
        poll_s: Between two looks at the queue; an image waits half of it on average.
        claims_per_slot: Jobs claimed for every image counted at once. With fewer than four the
            wait between two looks at the queue, not the network, limits the throughput.
        max_starts: Starts of one image's counting before it is given up. An image beside which the
            power failed is started again too, so fewer than this many would blame it for that.
        first_retry_s: Wait before the second try of an image whose counting raised; doubles each time.
        longest_retry_s: The longest such wait, and the wait for an image store that does not answer.
        beat_s: Between two signs of life of this process.
        dead_after_s: Silence after which others take this process's jobs over.
        sweep_s: Between two searches for accepted images without a live job.
        keep_finished_s: Age at which finished jobs are deleted from the job tables.
        drain_s: How long stopping waits for the images being counted.
        weights_poll_s: Between two looks at which weights are active.
        judge_poll_s: Between two looks for weights that somebody added.
    """

    poll_s: float = 0.1
    claims_per_slot: int = 4
    max_starts: int = 5
    first_retry_s: float = 0.5
    longest_retry_s: float = 30.0
    beat_s: float = 5.0
    dead_after_s: float = SILENT_AFTER_S
    sweep_s: float = 60.0
    keep_finished_s: float = 86_400.0
    drain_s: float = 10.0
    weights_poll_s: float = 1.0
    judge_poll_s: float = 2.0
