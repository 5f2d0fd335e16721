"""The link: one thread that keeps a connection to the broker, and tells the ear what comes of it. The port `Link`.

Whatever the network, the broker or the library do, it ends in this thread's own loop: it is told, and tried again after
1 to 15 s, spread so that a thousand boxes do not come back at once.
"""

import itertools
import logging
import os
import random
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from gongd.adapters.mqtt.session import CONNECT_S, Address, Session, SessionError, lost, taken
from gongd.one_core import stay_together
from gongd.ports_link import Delivery, Ear, LinkLost, Parcel, Subscription

LEAST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 15.0
PROVEN_S = 30.0
"""A connection that lasted so long begins the pauses anew."""
MOST_JOBS = 2000
PUSHED_OUT = 3
"""Mosquitto 2.0.11 tells a client whose name is taken over nothing, but closes: so many connections in a row that were
accepted at the first try and closed without a word within half a minute are two machines that push each other out."""

_NUMBERS = itertools.count(1)
"""Of connections, of whatever link: what one has brought is not acknowledged to another."""

log = logging.getLogger("gongd.link")


class MqttLink:
    """Keeps the connection. `ear` hears of everything on the link's own thread."""

    def __init__(self, address: Address, ear: Ear, check_times: bool) -> None:
        self._address, self._ear = address, ear
        self._check_times = check_times
        self._jobs: deque[Callable[[], None]] = deque(maxlen=MOST_JOBS)
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._is_woken = False
        self._session: Session | None = None
        self._pushed_out = 0
        self._rebuild: str | None = None
        self._farewell: Parcel | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    # ── The door: from any thread ────────────────────────────────────────────────────────────────────────────────

    def call(self, job: Callable[[], None]) -> None:
        """Have it done on the link's thread."""
        self._jobs.append(job)
        if not self._is_woken:
            self._is_woken = True
            with suppress(OSError):
                os.eventfd_write(self._wake, 1)

    def acknowledge(self, delivery: Delivery) -> None:
        """PUBACK, if it is the same connection still: else the broker sends it again."""
        if delivery.number:
            self.call(lambda: self._acknowledge(delivery))

    def check_times(self, check: bool) -> None:
        """What was connected without looking at the clock is connected anew."""
        self._check_times = check

    def rebuild(self, why: str) -> None:
        """Drop the connection and make a new one."""
        self._rebuild = why
        self.call(_nothing)

    def close(self, farewell: Parcel, within_s: float) -> None:
        """Say farewell, and end."""
        self._farewell, self._closing = farewell, True
        self.call(_nothing)
        self._thread.join(within_s)

    # ── On the link's thread ─────────────────────────────────────────────────────────────────────────────────────

    def publish(self, parcel: Parcel) -> None:
        """Send; without a connection it is settled as not sent."""
        session = self._session
        if session is not None and session.is_accepted:
            session.publish(parcel)
        elif parcel.settled is not None:
            parcel.settled(False)

    def hear(self, asked: Subscription) -> None:
        """One more topic; the next connection asks the ear."""
        if self._session is not None and self._session.is_accepted:
            self._session.subscribe([asked])

    def leave(self, topic: str) -> None:
        """One topic less."""
        if self._session is not None and self._session.is_accepted:
            self._session.leave(topic)

    def _acknowledge(self, delivery: Delivery) -> None:
        if self._session is not None and self._session.number == delivery.session:
            self._session.acknowledge(delivery.number)

    def _run(self) -> None:
        stay_together()
        pause_s = LEAST_PAUSE_S
        while not self._closing:
            began_at = time.monotonic()
            try:
                self._live()
            except SessionError as error:
                brief = error.wordless and time.monotonic() - began_at < PROVEN_S
                self._pushed_out = self._pushed_out + 1 if brief else 0
                self._lose(taken() if self._pushed_out >= PUSHED_OUT else error)
            except Exception as error:
                log.exception("link")
                self._lose(lost(error))
            if time.monotonic() - began_at > PROVEN_S:
                pause_s = LEAST_PAUSE_S
            self._pause(max(LEAST_PAUSE_S, min(LONGEST_PAUSE_S, pause_s * random.uniform(0.7, 1.5))))
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    def _lose(self, error: SessionError) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.drop()
        log.info("%s", error.text.en)
        self._ear.lost(LinkLost(error.fault, error.text))

    def _live(self) -> None:
        """One connection, until it is lost."""
        self._rebuild = None
        session = self._session = Session(next(_NUMBERS), self._address, self._check_times, self._ear.came)
        self._until(session, lambda: session.was_accepted)
        session.subscribe(self._ear.subscriptions())
        self._until(session, lambda: session.is_accepted)
        self._ear.up(session.number)
        while not self._closing:
            self._look_again(session)
            wait_s = min(1.0, self._ear.step(time.monotonic()))
            session.step(self._wake, wait_s, reading=not self._ear.is_full)
            self._work()
        self._say_farewell(session)

    def _until(self, session: Session, there: Callable[[], bool]) -> None:
        """The broker gets so long to answer; a silent one is left."""
        end = time.monotonic() + CONNECT_S
        while not there() and not self._closing:
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise lost("the broker is silent")
            session.step(self._wake, min(left_s, 1.0))
            self._work()

    def _look_again(self, session: Session) -> None:
        if self._rebuild is not None:
            raise lost(self._rebuild)
        if self._check_times and not session.check_times:
            raise lost("the clock is right now: certificates are looked at again")

    def _work(self) -> None:
        """Do what others want done here."""
        with suppress(BlockingIOError):  # read whatever the flag says: whoever put it up may not have written yet
            os.eventfd_read(self._wake)
        self._is_woken = False  # before the jobs: whoever adds one from here on wakes again
        for _ in range(len(self._jobs)):
            self._jobs.popleft()()

    def _pause(self, pause_s: float) -> None:
        watch = select.poll()
        watch.register(self._wake, select.POLLIN)
        end = time.monotonic() + pause_s
        while not self._closing and (left_s := end - time.monotonic()) > 0:
            watch.poll(1000.0 * left_s)
            self._work()
            self._ear.step(time.monotonic())

    def _say_farewell(self, session: Session) -> None:
        done: list[bool] = []
        if self._farewell is not None:
            told = self._farewell
            session.publish(Parcel(told.topic, told.payload, 1, told.retained, done.append))
            end = time.monotonic() + 1.0
            while not done and time.monotonic() < end:
                session.step(self._wake, 0.1)
                self._work()
        session.close()


def _nothing() -> None:
    """Only to be woken."""
