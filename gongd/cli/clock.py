"""`gongd clock set`: a person says what time it is. Root sets the clock; the daemon hears that a person vouches."""

import os
from datetime import date, datetime, time, timedelta, tzinfo

from gongd.adapters.clock import save_to_hardware, set_system_clock
from gongd.adapters.control import ask
from gongd.cli.asking import Talk, finish, talk
from gongd.cli.offline import when
from gongd.cli.screen import Screen
from gongd.cli.site import Site, find
from gongd.cli.usage import NoError, Request
from gongd.core.clock_trust import AGREES_S
from gongd.core.errors import SocketError
from gongd.core.words import Language, Text
from gongd.settings.place import control_path

NEEDS_ROOT = Text(
    "Đặt giờ cần quyền quản trị. Chạy: sudo gongd clock set {time}. "
    "Giờ của máy đã đúng thì chạy: gongd clock set {time} --vouch-only",
    "Setting the clock needs root. Run: sudo gongd clock set {time}. "
    "If the machine's clock is right already: gongd clock set {time} --vouch-only",
)
DIFFERS = Text(
    "Giờ của máy là {now}, khác {time}. Nếu giờ của máy sai thì chạy: sudo gongd clock set {time}",
    "The machine's clock says {now}, not {time}. If it is wrong, run: sudo gongd clock set {time}",
)
SET = Text("Đã đặt giờ: {when}{hardware}", "The clock is set: {when}{hardware}")
WITH_HARDWARE = Text(", cả đồng hồ pin (RTC)", ", the hardware clock too")
NOTHING = Text("", "")
DRY = Text(
    "Cụm loa này đang chạy thử (--dry): không đặt giờ của máy. Xác nhận giờ: gongd clock set {time} --vouch-only",
    "This box runs dry: the machine's clock is not set for it. To vouch: gongd clock set {time} --vouch-only",
)
RIGHT_ALREADY = Text("Giờ của máy đã đúng: {when}{hardware}", "The machine's clock is right already: {when}{hardware}")
VOUCHED = Text("Đã xác nhận giờ: cụm loa tin đồng hồ, {when}", "Vouched: the box trusts its clock, {when}")


def set_clock(request: Request, screen: Screen) -> int:
    """Set the clock where it is wrong, and vouch for it."""
    said: time = request.values["time"]
    site = find(request.config, screen)
    zone = site.settings.box.timezone if site.settings else None
    now = datetime.now(zone) if zone else datetime.now().astimezone()
    meant = meaning(said, request.values["date"], now)
    if request.values.get("vouch-only"):
        _require_agreement(meant, now)
    else:
        _refuse_dry(site, meant)
        told = _set(meant, now)
        if not request.wants_json:
            screen.say(told)
    answer = talk(request, screen, {"do": "vouch", "at": said.isoformat()})
    return finish(request, screen, answer, VOUCHED.fill(when=_wall(answer)))


def _require_agreement(meant: datetime, now: datetime) -> None:
    if not _agrees(meant, now):
        raise NoError(DIFFERS.fill(now=_both(now), time=f"{meant:%H:%M}"))


def _refuse_dry(site: Site, meant: datetime) -> None:
    """A box on a bench must not move the clock of somebody's computer."""
    try:
        answer = ask(control_path(site.journal), {"do": "status"})
    except SocketError:
        return  # no daemon: a technician sets the clock before the first start
    if answer.get("dry") is True:
        raise NoError(DRY.fill(time=f"{meant:%H:%M}"))


def _set(meant: datetime, now: datetime) -> Text:
    if os.geteuid() != 0:
        raise NoError(NEEDS_ROOT.fill(time=f"{meant:%H:%M}"))
    if _agrees(meant, now):
        saved = save_to_hardware()
        return RIGHT_ALREADY.fill(when=_both(now), hardware=WITH_HARDWARE if saved else NOTHING)
    saved = set_system_clock(meant)
    return SET.fill(when=_both(meant), hardware=WITH_HARDWARE if saved else NOTHING)


def _agrees(meant: datetime, now: datetime) -> bool:
    """A person names a minute: its middle is within a minute of the machine's own clock."""
    return abs((meant + timedelta(seconds=AGREES_S / 2) - now).total_seconds()) <= AGREES_S


def meaning(said: time, day: date | None, now: datetime) -> datetime:
    """The instant that a person means: on `day`, else the one nearest to the machine's own clock."""
    zone: tzinfo | None = now.tzinfo
    days = [day] if day else [now.date() + timedelta(days=step) for step in (-1, 0, 1)]
    return min((datetime.combine(each, said, zone) for each in days), key=lambda each: abs(each - now))


def _wall(told: Talk) -> Text:
    try:
        return _both(datetime.fromisoformat(str(told.answer.get("wall"))))
    except ValueError:
        return Text("?", "?")


def _both(at: datetime) -> Text:
    return Text(when(at.replace(microsecond=0), Language.VI), when(at.replace(microsecond=0), Language.EN))
