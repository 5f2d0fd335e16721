"""The menu's second hand: one thread that keeps the link, sends again and shows answers, while the officer types."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from gongd.core.errors import GongdError
from gongd.core.words import Text
from gongd.desk.sender import News
from gongd.gongctl.duty import Duty, now, on_duty, without_roster
from gongd.gongctl.telling import tell

Made = TypeVar("Made")
STEP_S = 0.1


class Worker:
    """Owns the duty: everything that touches it is done by its thread, asked for with `do`."""

    def __init__(self, folder: Path, say: Callable[[Text], None]) -> None:
        self._folder = folder
        self._say = say
        self._tasks: SimpleQueue[tuple[Callable[[Duty], object], Future[object]]] = SimpleQueue()
        self._stop = threading.Event()
        self._opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    def start(self) -> None:
        """Open the duty. Raises what opening it raises."""
        self._thread.start()
        self._opened.result()

    def close(self) -> None:
        """End the thread and the link."""
        self._stop.set()
        self._thread.join()

    def do(self, task: Callable[[Duty], Made]) -> Made:
        """Have it done by the thread, and wait for it. Raises what the task raises."""
        done: Future[Made] = Future()
        self._tasks.put((task, done))  # type: ignore[arg-type]
        return done.result()

    def show(self, duty: Duty, news: Iterable[News]) -> None:
        """Say what has happened. Called by the thread itself."""
        tell(duty, news, self._say, now())

    def _run(self) -> None:
        try:
            with on_duty(self._folder, with_link=True, otherwise=without_roster) as duty:
                self._opened.set_result(None)
                while not self._stop.is_set():
                    self._step(duty)
        except BaseException as error:  # noqa: BLE001 - the thread's outermost catch: told to whoever waits
            self._fail(error)

    def _step(self, duty: Duty) -> None:
        at = now()
        self.show(duty, duty.talk.step(at, STEP_S))
        try:
            task, done = self._tasks.get_nowait()
        except Empty:
            return
        try:
            done.set_result(task(duty))
        except BaseException as error:
            done.set_exception(error)
            if not isinstance(error, GongdError):
                raise

    def _fail(self, error: BaseException) -> None:
        """Whoever waits, now or later, hears of it."""
        if not self._opened.done():
            self._opened.set_exception(error)
            return
        while not self._stop.is_set():
            try:
                _, done = self._tasks.get(timeout=STEP_S)
            except Empty:
                continue
            done.set_exception(error)
