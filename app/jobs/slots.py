"""The compute slots of a process: who gets the next one is decided when it becomes free, by priority."""

import threading
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """A place in the line: the lower priority number first, then who came first."""

    priority: int
    number: int


@dataclass
class PrioritySlots:
    """So many images are counted at once; a waiting person's image goes before those of a batch."""

    free: int
    _waiting: set[Ticket] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _numbers: "count[int]" = field(default_factory=count)

    def stand_in_line(self, priority: int) -> Ticket:
        """Take a place in the line; it holds others up until ``acquire`` succeeds or ``leave``."""
        with self._changed:
            ticket = Ticket(priority, next(self._numbers))
            self._waiting.add(ticket)
            return ticket

    def acquire(self, ticket: Ticket, *, timeout_s: float) -> bool:
        """Wait for a free slot at the head of the line, at most for a while; the place in the line is kept."""
        with self._changed:
            is_next = self._changed.wait_for(lambda: self.free > 0 and min(self._waiting) == ticket, timeout_s)
            if is_next:
                self._waiting.remove(ticket)
                self.free -= 1
                self._changed.notify_all()
            return is_next

    def leave(self, ticket: Ticket) -> None:
        """Leave the line without a slot; nothing happens to one who has left it already."""
        with self._changed:
            self._waiting.discard(ticket)
            self._changed.notify_all()

    def release(self) -> None:
        """Give a slot back."""
        with self._changed:
            self.free += 1
            self._changed.notify_all()
