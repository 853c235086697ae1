"""A free slot goes to the image that matters most, then to the one that waited longest."""

import threading
import time

from app.jobs.slots import PrioritySlots


def test_the_lower_priority_number_is_next_though_it_came_later() -> None:
    slots = PrioritySlots(free=0)
    order: list[str] = []

    def wait(name: str, priority: int) -> None:
        ticket = slots.stand_in_line(priority)
        assert slots.acquire(ticket, timeout_s=30)
        order.append(name)
        slots.release()

    threads = []
    for name, priority in (("batch 1", 10), ("batch 2", 10), ("person", 1)):
        thread = threading.Thread(target=wait, args=(name, priority))
        thread.start()
        threads.append(thread)
        while len(slots._waiting) < len(threads):
            time.sleep(0.001)
    slots.release()
    for thread in threads:
        thread.join(30)

    assert order == ["person", "batch 1", "batch 2"]


def test_one_who_waits_in_vain_keeps_the_place_until_it_is_left() -> None:
    slots = PrioritySlots(free=0)
    first, second = slots.stand_in_line(1), slots.stand_in_line(1)
    assert not slots.acquire(first, timeout_s=0.001)
    slots.release()

    assert not slots.acquire(second, timeout_s=0.001), "the first one is still in the line"
    slots.leave(first)
    assert slots.acquire(second, timeout_s=0.001)


def test_no_more_than_the_slots_are_given() -> None:
    slots = PrioritySlots(free=2)
    tickets = [slots.stand_in_line(10) for _ in range(3)]

    assert [slots.acquire(ticket, timeout_s=0.001) for ticket in tickets] == [True, True, False]
    slots.release()
    assert slots.acquire(tickets[2], timeout_s=0.001)
