"""`gongd doctor`: prints what the doctor finds. Nothing audible, unless `--aloud` asks the daemon for a soft test."""

from collections.abc import Iterator

from gongd.adapters.control import ask
from gongd.cli.asking import person
from gongd.cli.screen import Screen, both, from_both
from gongd.cli.site import Site, find
from gongd.cli.usage import Request
from gongd.core.errors import SocketError
from gongd.core.words import Text
from gongd.doctor import LEVELS, Finding, Level, Patient, examine
from gongd.doctor.finding import fault, good
from gongd.settings.place import control_path

TEST_SIGNAL = "test"
HEARD = Text(
    "Thử loa: đã ra lệnh phát. Có nghe thấy tiếng không?", "Loudspeaker test: ordered to sound. Did you hear it?"
)
NOT_HEARD = Text("Thử loa: không phát được. {why}", "Loudspeaker test: it could not sound. {why}")
NO_DAEMON = Text("Thử loa cần gongd đang chạy", "A loudspeaker test needs a running gongd")
VERDICTS = {
    True: Text("Không có lỗi, {warnings} chỗ cần chú ý", "No fault, {warnings} warnings"),
    False: Text("{faults} lỗi, {warnings} chỗ cần chú ý", "{faults} faults, {warnings} warnings"),
}
REMEDY = Text("→ {remedy}", "→ {remedy}")
WIDTH = 10


def doctor(request: Request, screen: Screen) -> int:
    """Try every part; 0 when there is no fault."""
    site = find(request.config, screen)
    found: list[Finding] = []
    for finding in _findings(_patient(site), site, bool(request.values.get("aloud"))):
        found.append(finding)
        if not request.wants_json:
            _show(finding, screen)
    faults, warnings = (sum(one.level is level for one in found) for level in (Level.FAULT, Level.WARNING))
    if request.wants_json:
        screen.json({"ok": not faults, "findings": [_plain(one) for one in found]})
    else:
        screen.say(VERDICTS[not faults].fill(faults=faults, warnings=warnings))
    return 1 if faults else 0


def _patient(site: Site) -> Patient:
    try:
        report = ask(control_path(site.journal), {"do": "status"})
    except SocketError as error:
        return Patient(site.config, site.journal, site.settings, site.trouble, silence=error.text)
    if report.get("ok") is not True:
        why = from_both(report.get("error")) or Text("?", "?")
        return Patient(site.config, site.journal, site.settings, site.trouble, silence=why)
    return Patient(site.config, site.journal, site.settings, site.trouble, report)


def _findings(patient: Patient, site: Site, aloud: bool) -> Iterator[Finding]:
    yield from examine(patient)
    if aloud:
        yield _test_aloud(patient, site)


def _test_aloud(patient: Patient, site: Site) -> Finding:
    if patient.report is None:
        return fault("aloud", NO_DAEMON, patient.silence)
    question = {"do": "play", "signal": TEST_SIGNAL, "status": "test", "by": person()}
    try:
        answer = ask(control_path(site.journal), question)
    except SocketError as error:
        return fault("aloud", NOT_HEARD.fill(why=error.text))
    if answer.get("ok") is True:
        return good("aloud", HEARD)
    return fault("aloud", NOT_HEARD.fill(why=from_both(answer.get("error")) or "?"))


def _show(finding: Finding, screen: Screen) -> None:
    level = LEVELS[finding.level].read(screen.language).ljust(WIDTH)
    screen.say(f"{level} {finding.text.read(screen.language)}")
    if finding.remedy:
        screen.say(" " * (WIDTH + 1) + REMEDY.fill(remedy=finding.remedy).read(screen.language))


def _plain(finding: Finding) -> dict[str, object]:
    told: dict[str, object] = {"code": finding.code, "level": finding.level.value, **both(finding.text)}
    return told | {"remedy": both(finding.remedy) if finding.remedy else None}
