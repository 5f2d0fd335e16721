"""On duty: the office, its store, a seat at the broker and the sender, opened together and closed together."""

import os
import pwd
import ssl
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gongd.cli.screen import language_of_user
from gongd.cli.usage import NoError
from gongd.core.catalogue import CALM, Priority, Status
from gongd.core.errors import ConfigError, GongdError
from gongd.core.words import Language, Text
from gongd.desk.authority import SEATS, Seat, take_seat
from gongd.desk.board import Row, behind, revoked_row, row
from gongd.desk.link import Link, reaches
from gongd.desk.office import Office, Otherwise, Pen, open_office, take_pen
from gongd.desk.on_air import KINDS, TOLD_WITHIN, Word, words
from gongd.desk.orders import Hand
from gongd.desk.places import Target, find_target
from gongd.desk.roster import Roster, RosterBox
from gongd.desk.sender import Sender
from gongd.desk.store import Store
from gongd.desk.store_lasting import LastingBook
from gongd.desk.unheard import is_rung_by_hand, revoked_words
from gongd.gongctl.free_text import as_fits
from gongd.gongctl.passphrase import opened
from gongd.settings.defaults import SIGNALS as PRESETS

PASSPHRASE = Text("Mật khẩu khóa trực ban: ", "Passphrase of the desk's key: ")
BAD_TLS = Text("Chứng thư số của bàn trực không dùng được: {why}", "The desk's certificate cannot be used: {why}")
NO_ROSTER = Text(
    "Danh bạ trực có lỗi, tạm bỏ qua: chỉ biết các cụm loa đã đăng ký, không có số điện thoại.\n{why}",
    "The roster cannot be used and is passed over: enrolled boxes only, and no telephone numbers.\n{why}",
)
SHARED_SESSION_S = 300
"""A broker goes on giving its share to a collector that is away: not for long, the others ask for what they miss."""

Say = Callable[[Text], None]


def now() -> datetime:
    """The desk's clock."""
    return datetime.now(UTC)


def _steady_s() -> float:
    """Counts also while the machine sleeps, and nobody sets it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True)
class Duty:
    """What a command of the desk works with. `link` and `sender` are there where a command talks to boxes; then `book`
    is what its store stands on."""

    office: Office
    store: Store
    link: Link | None = None
    sender: Sender | None = None
    book: LastingBook | None = None

    @property
    def roster(self) -> Roster:
        """Everybody whom the desk can name: the roster, with boxes that are enrolled or have ever spoken."""
        heard = [
            RosterBox(box, name, name, info.zones)
            for box, info in self.store.infos().items()
            for name in (info.name.partition(",")[0].strip() or box,)
        ]
        return self.office.roster.with_boxes(heard)

    @property
    def listed(self) -> Roster:
        """The roster, with boxes that are enrolled: one that has spoken and is in no list any more was revoked. On a
        bench there is no list, and whoever has spoken counts."""
        return self.office.roster if self.office.trust else self.roster

    @property
    def present(self) -> Roster:
        """Those of them that an order is for: none that was revoked."""
        return self.listed.without(self.office.revoked)

    def rows(self, at: datetime) -> list[Row]:
        """The board at this moment."""
        known, gongs, revoked = self.store.boxes(), self.store.last_gongs(), self.office.revoked
        blank, told = self.store.known(""), self._told(at)
        return [
            revoked_row(box)
            if box.id in revoked
            else row(box, known.get(box.id, blank), gongs.get(box.id), at, told.get(box.id, ()))
            for box in self.listed.boxes
        ]

    def _told(self, at: datetime) -> Mapping[str, list[Word]]:
        """What the boxes have said lately of what they sound."""
        since = at - TOLD_WITHIN
        events = ((filed.box, filed.event) for filed in self.store.events(since=since, kinds=KINDS))
        return words((order.claims for order in self.store.orders(since)), self.store.answers_since(since), events)

    @property
    def titles(self) -> Mapping[str, str]:
        """What the boxes call their signals."""
        return {signal.name: signal.title for info in self.store.infos().values() for signal in info.signals}

    def cap_s(self, signal: str) -> float | None:
        """The longest cap of a signal among the boxes, as far as they have told."""
        caps = [
            offered.at_most_s
            for info in self.store.infos().values()
            for offered in info.signals
            if offered.name == signal
        ]
        return max(caps, default=None)

    def priority(self, signal: str | None) -> Priority | None:
        """The highest of a signal among the boxes, as far as they have told, else as gongd ships it."""
        told = [each for info in self.store.infos().values() for each in info.signals if each.name == signal]
        preset = PRESETS.get(signal or "")
        return Priority(max(each.priority for each in told)) if told else preset.priority if preset else None

    def is_alarm(self, signal: str | None) -> bool:
        """Does an actual one alarm people? One that nobody knows might."""
        return signal not in CALM and is_rung_by_hand(signal, Status.ACTUAL, self.priority(signal))

    def spoken(self, signal: str, boxes: Iterable[str]) -> str | None:
        """What the first of these boxes that has told says with a signal; None where none has."""
        infos = self.store.infos()
        told = (offered for box in boxes if box in infos for offered in infos[box].signals if offered.name == signal)
        return next((offered.says for offered in told if offered.says is not None), None)

    def find(self, typed: str) -> Target | Text:
        """Where an order goes: to what was meant, without boxes that were revoked, and nowhere else."""
        meant, revoked = self._find(typed, self.listed), self.office.revoked
        if isinstance(meant, Text) or revoked.isdisjoint(meant.ids):
            return meant
        found = self._find(typed, self.present)
        gone = tuple(box for box in meant.boxes if box.id in revoked)
        rest = tuple(box for box in meant.boxes if box.id not in revoked)
        if isinstance(found, Target) and found.boxes == rest:
            return replace(found, gone=gone)
        return revoked_words(gone, rest)

    def known(self, typed: str) -> Target | Text:
        """The same for what is looked up or written down: also boxes that hear no order any more."""
        return self._find(typed, self.roster)

    def _find(self, typed: str, roster: Roster) -> Target | Text:
        listed = self.office.trust.boxes if self.office.trust else ()
        zones = {box.id: box.zones for box in listed}
        return find_target(typed, roster, self.office.commune.id, zones)

    def renew(self) -> None:
        """With the trust list and the roster as they are now; what cannot be read stays as it was."""
        with suppress(GongdError):
            renewed = self.office.renewed()
            if renewed is not self.office:
                self.office = renewed
                if self.sender is not None:
                    self.sender.renew(renewed)

    def outdated(self, rows: Iterable[Row]) -> list[Row]:
        """Boxes that hold an older trust list than the newest."""
        return behind(rows, self.office.trust.number) if self.office.trust else []

    @property
    def trouble(self) -> Text | None:
        """Why its store is not the desk's own, and knows nothing of what was before."""
        return self.book.trouble if self.book else None

    @property
    def talk(self) -> Sender:
        """The sender of a duty that was opened with a link."""
        assert self.sender is not None
        return self.sender


def complain(text: Text) -> None:
    """Something is wrong, and what was asked for is done all the same."""
    print(text.read(language_of_user()), file=sys.stderr)


def without_roster(error: ConfigError) -> Roster:
    """Said and passed over, where boxes must be reached whatever stands in the roster."""
    complain(NO_ROSTER.fill(why=error.text))
    return Roster()


@contextmanager
def on_duty(
    folder: Path, with_link: bool = False, otherwise: Otherwise | None = None, say: Say = complain
) -> Iterator[Duty]:
    """Open the office of a folder, and where asked its link: then no trouble with the store ends it, and is said once.
    Whoever gives orders needs no roster either: `otherwise` is `without_roster`.

    Raises GongdError.
    """
    with ExitStack() as stack:
        office = open_office(folder, otherwise)
        book = LastingBook(office.store, folder, say) if with_link else None
        store = Store(office.store, book)
        stack.callback(store.close)
        duty = Duty(office, store, book=book)
        if with_link:
            duty.link = stack.enter_context(connected(office))
            duty.sender = Sender(office, duty.link, store, _steady_s)
        yield duty


@contextmanager
def connected(office: Office, keeps: bool = False, also: str | None = None, share: str | None = None) -> Iterator[Link]:
    """A link from a free seat, connecting; it hears the boxes, and one topic more where asked. `share`: the group of
    collectors that it hears them together with.

    Raises SeatError, FolderError, NoError for a certificate of no use.
    """
    bare: AbstractContextManager[Seat | None] = nullcontext()
    with bare if office.commune.bench else take_seat(office.folder, office.commune) as seat:
        try:
            dial = office.dial(seat, keeps)
        except (OSError, ssl.SSLError) as error:
            raise NoError(BAD_TLS.fill(why=error)) from error
        if share is None:
            link = Link(dial, [*office.filters, *([(also, 1)] if also else [])])
        else:
            link = Link(replace(dial, session_s=SHARED_SESSION_S), office.shared(share), office.shareable)
        link.start()
        try:
            yield link
        finally:
            link.close()


def reached(office: Office) -> bool:
    """Is the broker there at this moment? It takes no seat from the programs that talk to boxes."""
    paths = [office.folder.desk / f"seat-{number}.pem" for number in range(1, SEATS + 1)]
    path = next((path for path in paths if path.exists()), paths[0])
    bare = office.commune.bench
    seat = None if bare else Seat("", office.folder.authority / "ca.pem", path, office.folder.desk / "seat.key")
    try:
        return reaches(office.dial(seat))
    except OSError:
        return False


def ask_pen(office: Office, language: Language, file: Path | None, name: str | None = None) -> Pen:
    """The desk's pen, or that of a named key: its passphrase is asked for where there is one.

    Raises NoError, MisuseError, PassphraseError, KeyFileError, LedgerError.
    """
    return opened(lambda passphrase: take_pen(office, passphrase, name), file, PASSPHRASE, language)


def hand(pen: Pen, by: str | None) -> Hand:
    """Who gives an order."""
    return Hand(pen.name, by or person())


def person() -> str:
    """Who sits at the desk, as a box takes it: nobody has typed that, and no alarm is refused for it."""
    try:
        name = os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = ""
    return as_fits("by", name) or str(os.getuid())
