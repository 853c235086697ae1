"""The job engine of a process: it queues accepted images, and counts them where it is told to."""

from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy.orm import Session

from app.db.repositories import images
from app.db.session import Database
from app.jobs.dbos_adapter import DurableExecutor, create_job_tables
from app.jobs.executor import Executor, claim_executor
from app.jobs.golden_check import GoldenFieldCheck
from app.jobs.heartbeat import Heartbeat, Vitals
from app.jobs.measures import JobMeasures
from app.jobs.options import JobOptions
from app.jobs.queue import CountQueue
from app.jobs.recovery import Recovery
from app.jobs.runtime import CountingRuntime
from app.jobs.unpacker import Unpacker
from app.jobs.weights_desk import WeightsDesk, open_desk
from app.jobs.weights_files import WeightsFiles
from app.jobs.weights_switch import WeightsSwitch
from app.jobs.workflows import CountingJob
from app.services.intake.batch_intake import BatchIntake
from app.settings import Settings
from app.storage import ImageStore

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Counting:
    """Everything that runs only in a process that counts."""

    executor: Executor
    durable: DurableExecutor
    job: CountingJob
    heartbeat: Heartbeat
    recovery: Recovery
    golden_check: GoldenFieldCheck
    switch: WeightsSwitch
    desk: WeightsDesk


class JobEngine:
    """Starts and stops the jobs of a process; between the two, ``enqueue_count`` queues images.

    One engine a process: DBOS keeps its state in module globals.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        store: ImageStore,
        runtime: CountingRuntime,
        *,
        options: JobOptions | None = None,
        registry: CollectorRegistry | None = None,
        unpack: bool = True,
        check_golden_fields: bool = False,
    ) -> None:
        """Prepare; what is measured while counting is shown in ``registry``.

        With ``unpack`` this process unpacks the ZIP files of batches too. With ``check_golden_fields`` it counts the
        golden fields after its start and each change of weights, beside other work.
        """
        self.runtime = runtime
        self._measures = JobMeasures(registry)
        self._settings = settings
        self._database = database
        self._store = store
        self._options = options or JobOptions(drain_s=settings.stop_seconds, poll_s=settings.queue_poll_seconds)
        self._queue: CountQueue | None = None
        self._counting: _Counting | None = None
        self._unpacks = unpack
        self._unpacker: Unpacker | None = None
        self._checks_golden_fields = check_golden_fields

    def start(self, *, count: bool = True) -> None:
        """Open the queue and, to count here, load the weights and begin; the schema must be current.

        It blocks for seconds while the weights load: call it outside an event loop.

        Raises:
            WeightsUnavailable: The installation's own weights are missing, damaged or made for another network.
            InvalidSettings: Another process on this machine has this executor's configured name.
        """
        switch = self._load_weights() if count else None
        create_job_tables(self._database)
        self._queue = CountQueue(self._database.engine)
        if switch is not None:
            self._counting = self._start_counting(self._queue, switch)
        if self._unpacks:
            self._unpacker = Unpacker(BatchIntake(self._database.unit_of_work, self._store, self, self._settings))
            self._unpacker.start()

    def stop(self) -> None:
        """Finish the images being counted, hand the others back, and leave no trace of this process.

        What takes longer than the grace period is counted again by the next process.
        """
        if self._unpacker is not None:
            self._unpacker.stop()
            self._unpacker = None
        if self._counting is not None:
            self._stop_counting(self._counting)
            self._counting = None
        if self._queue is not None:
            self._queue.close()
            self._queue = None

    def is_counting(self) -> bool:
        """Whether this process counts images now."""
        return self._counting is not None and self.runtime.is_ready()

    def enqueue_count(self, session: Session, image_id: int, priority: int, *, job_round: int = 0) -> None:
        """Put an image in the queue as part of the session's own transaction; see ``JobQueue``.

        Raises:
            RuntimeError: The engine was not started.
        """
        if self._queue is None:
            raise RuntimeError("the job engine was not started")
        self._queue.enqueue_count(session, image_id, priority, job_round=job_round)

    def _load_weights(self) -> WeightsSwitch:
        switch = WeightsSwitch(
            self._database.unit_of_work,
            WeightsFiles(self._settings, self._store),
            self.runtime,
            poll_s=self._options.weights_poll_s,
        )
        switch.load()
        return switch

    def _start_counting(self, queue: CountQueue, switch: WeightsSwitch) -> _Counting:
        options, unit_of_work = self._options, self._database.unit_of_work
        executor = claim_executor(self._settings)
        durable = DurableExecutor(self._database, executor.id)
        save_result = durable.result_saver(self.runtime.thresholds_of)
        job = CountingJob(unit_of_work, self._store, self.runtime, save_result, options, measures=self._measures)
        heartbeat = Heartbeat(unit_of_work, executor.id, self._vitals, beat_s=options.beat_s)
        recovery = Recovery(unit_of_work, queue, executor.id, job.claimed_images, options, measures=self._measures)
        queue.register(claims=self._settings.count_concurrency * options.claims_per_slot, poll_s=options.poll_s)
        heartbeat.start()  # before the first claim, or others would take this process for dead
        durable.launch(job.run)
        recovery.start()
        golden_check = GoldenFieldCheck(unit_of_work, self._store, self.runtime, executor.id)
        if self._checks_golden_fields:
            golden_check.start()

        def tell_change() -> None:
            golden_check.check_again()
            heartbeat.beat()

        switch.start(tell_change)
        desk = open_desk(self._settings, self._database, self._store, poll_s=self._options.judge_poll_s)
        desk.start()
        log.info("counting_started", executor_id=executor.id, weights=self.runtime.weights)
        return _Counting(executor, durable, job, heartbeat, recovery, golden_check, switch, desk)

    def _vitals(self) -> Vitals:
        weights, throughput = self.runtime.weights, self._measures.throughput
        return Vitals(
            weights=None if weights is None else f"{weights.name} {weights.version}",
            weights_sha256=None if weights is None else weights.sha256,
            weights_problem=self.runtime.problem,
            device=self.runtime.device,
            slots=self._settings.count_concurrency,
            computing=throughput.in_hand,
            finished=throughput.finished,
            images_per_s=None if weights is None else throughput.images_per_s(),
        )

    def _stop_counting(self, counting: _Counting) -> None:
        self.runtime.drain()
        counting.switch.stop()
        counting.desk.stop()
        counting.recovery.stop()
        counting.job.wait_until_idle(timeout_s=self._options.drain_s)
        unfinished = counting.job.computing_images()
        counting.durable.destroy()
        self.runtime.stop()
        counting.golden_check.stop()
        with self._database.unit_of_work() as session:
            for image_id in unfinished:
                images.take_back_start(session, image_id)
        if self._queue is not None:
            self._queue.put_back(self._queue.claimed_jobs().get(counting.executor.id, []))
        counting.heartbeat.stop()
        counting.executor.release()
        log.info("counting_stopped", executor_id=counting.executor.id, unfinished=len(unfinished))
