"""Commands that start the daemon, and those that ask it to do something."""

from collections.abc import Mapping

from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, Request
from gongd.core.activation import Outcome
from gongd.core.lexicon import OUTCOMES, PROOFS, RECEIVED, STATUSES, Proof, reason_words
from gongd.core.words import Text

ONLY_DRY = Text("--out chỉ đi cùng --dry", "--out goes with --dry only")
SILENCED = Text("Đã tắt tiếng: bỏ mọi thứ đang phát hoặc đang chờ", "Silenced: whatever sounded or waited is dropped")
RELOADED = Text("Đã dùng cấu hình mới", "The new settings are in use")
RELOADS_LATER = Text(
    "Cấu hình mới tốt, sẽ dùng khi loa phát xong", "The new settings are good; they count when all is silent"
)
PRESSED = Text("Đang giữ nút {button} trong {for_s} giây", "Button {button} is being held for {for_s} s")
PLAYED = Text("{title} ({status}): {what}", "{title} ({status}): {what}")
WITH_PROOF = Text("{what} ({proof})", "{what} ({proof})")


def run(request: Request, screen: Screen) -> int:
    """The daemon itself."""
    if request.values["out"] is not None and not request.values.get("dry"):
        raise MisuseError(ONLY_DRY)
    from gongd import bootstrap

    del screen
    return bootstrap.run(request.config, bool(request.values.get("dry")), request.values["out"])


def adopt(request: Request, screen: Screen) -> int:
    """Settings from the boot partition or a USB stick."""
    from gongd import adopt as program

    del screen
    folder = request.values["from"]
    status: int = program.main(["--config", str(request.config), *(["--from", str(folder)] if folder else [])])
    return status


def play(request: Request, screen: Screen) -> int:
    """Ask the daemon to sound a signal, and say what became of it."""
    from gongd.cli.asking import finish, person, talk

    name, status = request.values["signal"], request.values["status"]
    told = talk(request, screen, {"do": "play", "signal": name, "status": status.value, "by": person()})
    behind = told.title(_detail(told.answer).get("behind"))
    became = PLAYED.fill(title=told.title(name), status=STATUSES[status], what=_became(told.answer, behind))
    misuse = told.site.unknown_signal(name) if told.code == "unknown-signal" and told.site.signals else None
    if not told.is_yes and "outcome" in told.answer and not request.wants_json:
        screen.complain(became)
        return 1
    return finish(request, screen, told, became, misuse)


def _detail(answer: Mapping[str, object]) -> Mapping[str, object]:
    detail = answer.get("detail")
    return detail if isinstance(detail, dict) else {}


def _became(answer: Mapping[str, object], behind: Text) -> Text:
    """What became of the request in the decision that heard it."""
    try:
        outcome = Outcome(str(answer.get("outcome")))
    except ValueError:
        return RECEIVED
    reason = _detail(answer).get("what") or _detail(answer).get("reason") or "unknown"
    words = OUTCOMES[outcome].fill(signal=behind, reason=reason_words(str(reason), outcome))
    sounds = outcome in (Outcome.STARTED, Outcome.RESUMED)
    return WITH_PROOF.fill(what=words, proof=PROOFS[Proof.COMMANDED]) if sounds else words


def stop(request: Request, screen: Screen) -> int:
    """Silence."""
    from gongd.cli.asking import finish, person, talk

    return finish(request, screen, talk(request, screen, {"do": "stop", "by": person()}), SILENCED)


def reload(request: Request, screen: Screen) -> int:
    """Have the daemon read its settings again."""
    from gongd.cli.asking import finish, talk

    told = talk(request, screen, {"do": "reload"})
    return finish(request, screen, told, RELOADS_LATER if told.answer.get("waiting") else RELOADED)


def press(request: Request, screen: Screen) -> int:
    """Hold a mock button."""
    from gongd.cli.asking import finish, talk

    button, for_s = request.values["button"], request.values["for"]
    told = talk(request, screen, {"do": "press", "button": button, "for_s": for_s})
    known = told.site.settings.buttons if told.site.settings else ()
    is_unknown = told.site.settings is not None and button not in {one.name for one in known}
    misuse = told.site.unknown_button(button) if is_unknown else None
    shown = f"{for_s:g}"
    return finish(
        request, screen, told, PRESSED.fill(button=button, for_s=Text(shown.replace(".", ","), shown)), misuse
    )
