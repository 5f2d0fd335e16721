"""Settings and daemon: can the file be used, does the daemon run, what does it say of itself, is its unit installed."""

import grp
import os
import pwd
from collections.abc import Iterator

from gongd.core.condition import SOUNDS, Sounds
from gongd.core.fault import told_of
from gongd.core.words import Language, Text
from gongd.doctor.finding import Finding, Level, Patient, fault, good, tell, warning
from gongd.settings.place import control_path

UNIT = "gongd.service"
USER = "gongd"
GROUPS = ("audio", "gpio")

SETTINGS_GOOD = Text(
    "Cấu hình: {file}, {signals} hiệu lệnh, {schedules} lịch",
    "Settings: {file}, {signals} signals, {schedules} schedules",
)
SETTINGS_WARN = Text("Cấu hình: {problem}", "Settings: {problem}")
SETTINGS_BAD = Text(
    "Cấu hình có {n} lỗi; lỗi đầu tiên: {problem}", "The settings have {n} errors, the first: {problem}"
)
RUN_CHECK = Text("Xem hết và sửa: gongd check", "See them all: gongd check")
RUNS = Text("gongd {version} đang chạy: {sounds}", "gongd {version} is running: {sounds}")
MAY_NOT_ASK = Text("Cần quyền mới hỏi được gongd: {why}", "gongd may not be asked: {why}")
DISCORD = Text("gongd đang chạy cấu hình khác với tệp {file}", "gongd runs on other settings than those of {file}")
RELOAD = Text("Chạy: gongd reload", "Run: gongd reload")
NO_SYSTEMD = Text(
    "Máy này không có systemd: gongd không tự chạy khi bật máy", "No systemd: gongd does not start by itself"
)
ENABLED = Text("gongd tự chạy khi bật máy", "gongd starts by itself at power-on")
NOT_ENABLED = Text("gongd chưa được đặt tự chạy ({state})", "gongd does not start by itself ({state})")
ENABLE = Text("Chạy: sudo systemctl enable --now gongd", "Run: sudo systemctl enable --now gongd")
NOT_INSTALLED = Text("gongd chưa được cài như dịch vụ", "gongd is not installed as a service")
INSTALL = Text("Chạy: sudo make install", "Run: sudo make install")
NO_USER = Text("Chưa có người dùng {user}", "There is no user {user}")
GROUPS_GOOD = Text("Người dùng {user}: có nhóm {groups}", "User {user}: in the groups {groups}")
GROUPS_BAD = Text("Người dùng {user} thiếu nhóm {groups}", "User {user} is not in the groups {groups}")
ADD_GROUPS = Text("Chạy: sudo usermod -aG {groups} {user}", "Run: sudo usermod -aG {groups} {user}")


def settings(patient: Patient) -> Iterator[Finding]:
    """The settings file: the same reading as at start."""
    if patient.settings:
        for problem in patient.settings.warnings:
            text = Text(problem.read(Language.VI), problem.read(Language.EN))
            yield warning("settings", SETTINGS_WARN.fill(problem=text))
        found = patient.settings
        yield good(
            "settings",
            SETTINGS_GOOD.fill(file=patient.config, signals=len(found.signals), schedules=len(found.schedules)),
        )
    elif patient.trouble:
        wrong = [problem for problem in patient.trouble.problems if not problem.warning]
        first = Text(wrong[0].read(Language.VI), wrong[0].read(Language.EN))
        yield fault("settings-bad", SETTINGS_BAD.fill(n=len(wrong), problem=first), RUN_CHECK)


def daemon(patient: Patient) -> Iterator[Finding]:
    """Does it answer, and can it sound?"""
    if patient.report is None:
        why = patient.silence or Text("?", "?")
        path = control_path(patient.journal)
        locked_out = os.access(path, os.F_OK) and not os.access(path, os.W_OK)
        yield warning("daemon", MAY_NOT_ASK.fill(why=why)) if locked_out else fault("daemon", why)
        return
    said = {one.value: one for one in Sounds}.get(str(patient.report.get("sounds")), Sounds.NO)
    level = Level.GOOD if said is Sounds.YES else Level.FAULT
    yield Finding("daemon", level, RUNS.fill(version=patient.report.get("version", "?"), sounds=SOUNDS[said]))
    digest = patient.report.get("settings", {}).get("digest")
    if patient.settings and digest and digest != patient.settings.source_digest:
        yield warning("settings", DISCORD.fill(file=patient.config), RELOAD)


def faults(patient: Patient) -> Iterator[Finding]:
    """What the daemon has found wrong itself."""
    for one in patient.faults:
        level = Level.WARNING if one.get("severity") == Level.WARNING.value else Level.FAULT
        told, remedy = _text(one), _text(one.get("remedy"))
        what = told_of(told, one.get("subject")) if told else Text(str(one), str(one))
        yield Finding(str(one.get("code")), level, what, remedy)


def _text(plain: object) -> Text | None:
    match plain:
        case {"vi": str(vi), "en": str(en)}:
            return Text(vi, en)
    return None


def unit(patient: Patient) -> Iterator[Finding]:
    """Does systemd start it at power-on?"""
    if not patient.machine.systemd.is_dir():
        yield warning("unit", NO_SYSTEMD)
        return
    said = tell(["systemctl", "is-enabled", UNIT])
    state = said[1].splitlines()[-1] if said and said[1] else "?"
    if said and said[0] == 0:
        yield good("unit", ENABLED)
    elif state in ("disabled", "masked", "linked"):
        yield fault("unit", NOT_ENABLED.fill(state=state), ENABLE)
    else:
        yield warning("unit", NOT_INSTALLED, INSTALL)


def groups(patient: Patient) -> Iterator[Finding]:
    """The daemon's own user needs sound and pins."""
    del patient
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        yield warning("groups", NO_USER.fill(user=USER), INSTALL)
        return
    mine = {group.gr_name for group in grp.getgrall() if USER in group.gr_mem or group.gr_gid == user.pw_gid}
    there = {group.gr_name for group in grp.getgrall()}
    lacking = [name for name in GROUPS if name in there and name not in mine]
    if lacking:
        told = ",".join(lacking)
        yield fault("groups", GROUPS_BAD.fill(user=USER, groups=told), ADD_GROUPS.fill(user=USER, groups=told))
    else:
        yield good("groups", GROUPS_GOOD.fill(user=USER, groups=", ".join(sorted(mine & set(GROUPS))) or "–"))
