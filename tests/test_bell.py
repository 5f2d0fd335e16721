"""Bell and latch: nobody who is rung for sleeps on."""

import threading

import pytest

from gongd.bell import Bell, Latch

PATIENCE_S = 10.0


def test_a_ring_wakes_whoever_waits() -> None:
    bell, heard = Bell(), list[bool]()
    waiting = threading.Thread(target=lambda: heard.append(bell.wait(PATIENCE_S)))
    waiting.start()
    bell.ring()
    waiting.join(PATIENCE_S)
    assert heard == [True]


def test_a_ring_while_nobody_waits_is_kept_and_heard_once() -> None:
    bell = Bell()
    bell.ring()
    assert bell.wait(0.0)
    assert not bell.wait(0.0)


def test_two_rings_are_as_good_as_one() -> None:
    bell = Bell()
    bell.ring()
    bell.ring()
    assert bell.wait()
    assert not bell.wait(0.0)


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, -0.001])
def test_a_time_that_is_over_does_not_wait_for_ever(timeout_s: float) -> None:
    assert not Bell().wait(timeout_s)


def test_of_many_rings_from_many_threads_none_is_lost() -> None:
    bell, posted, taken = Bell(), list[int](), 0

    def post() -> None:
        posted.append(1)
        bell.ring()

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    while taken < len(threads):
        assert bell.wait(PATIENCE_S)
        taken = len(posted)
    for thread in threads:
        thread.join()


def test_a_latch_is_shut_until_it_is_opened_and_then_open_for_all() -> None:
    latch, heard = Latch(), list[bool]()
    assert not latch.wait(0.0)
    assert not latch.is_open
    threads = [threading.Thread(target=lambda: heard.append(latch.wait(PATIENCE_S))) for _ in range(5)]
    for thread in threads:
        thread.start()
    latch.open()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert heard == [True] * 5
    assert latch.is_open
    assert latch.wait(0.0)
