"""`gongctl key ...` and `skip`: the desk's keys, what each may do, and what to do when one is lost."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, Request
from gongd.core.lexicon import ORDERS, SIGNALS, STATUSES, as_it_is
from gongd.core.trust_list import ANY, ListedKey, Right
from gongd.core.wire_command import CommandType
from gongd.core.wire_name import Address, To
from gongd.core.words import Text
from gongd.desk import keyring, ledger
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.forecast import joined
from gongd.desk.keyring import Made
from gongd.desk.membership import Passphrases
from gongd.desk.register import load_commune
from gongd.gongctl.board import old_lists
from gongd.gongctl.duty import now, on_duty
from gongd.gongctl.kinds import ALL
from gongd.gongctl.spreading import spread
from gongd.gongctl.unlocking import new_passphrase, unlocked

HEAD = Text("Danh sách khóa số {number}, ngày {issued}", "Trust list {number}, of {issued}")
LINE = Text(
    "{name} (mã {kid}): được làm {may} · hiệu lệnh {signals} · loại {status} · ở {places}",
    "{name} (code {kid}): may {may} · signals {signals} · status {status} · in {places}",
)
ANYTHING = Text("mọi thứ", "any")
EVERYWHERE = Text("cả xã", "all")
LISTED = Text("Khóa {name}: danh sách khóa số {number}.", "Key {name}: trust list {number}.")
LIES_AT = Text("Khóa riêng: {path}. Dùng: gongctl --key {name}", "Private key: {path}. Use: gongctl --key {name}")
MADE = Text(
    "Khóa riêng {path} ở lại máy này. Đem {public} đến bàn trực: gongctl key new TÊN --public TỆP. Mã: {kid}",
    "The private key {path} stays here. Take {public} to the desk: gongctl key new NAME --public FILE. Code: {kid}",
)
SKIPPED = Text("Danh sách khóa sau sẽ trên số {number}.", "The next trust list is above {number}.")
COLLECTOR_READY = Text(
    "collect tự dùng khóa này: khóa trực ban có thể có mật khẩu.",
    "collect uses it by itself: the desk's key may have a passphrase.",
)


def show(request: Request, screen: Screen) -> int:
    """Every key with its rights; and the boxes that hold an older list."""
    with on_duty(request.config) as duty:
        signed = ledger.current(_folder(request))
        if request.wants_json:
            keys = [_key_object(key) for key in signed.trust.keys]
            revoked = sorted(signed.trust.revoked)
            screen.json({"number": signed.trust.number, "keys": keys, "revoked": revoked})
            return 0
        local = signed.trust.issued.astimezone(duty.office.roster.zone)
        screen.say(HEAD.fill(number=signed.trust.number, issued=f"{local:%d/%m/%Y %H:%M}"))
        for key in signed.trust.keys:
            for right in key.rights:
                screen.say(_line(key, right))
        for text in old_lists(duty, duty.rows(now())):
            screen.say(text)
    return 0


def _line(key: ListedKey, right: Right) -> Text:
    may, signals = _words(right.types, ORDERS), _words(right.signals, SIGNALS)
    status = _words(right.statuses, {str(word): said for word, said in STATUSES.items()})
    places = joined(Text(place.name, place.name) if place.name else EVERYWHERE for place in right.places)
    return LINE.fill(name=key.name, kid=key.kid[:8], may=may, signals=signals, status=status, places=places)


def _words(words: frozenset[str], known: Mapping[str, Text]) -> Text:
    return ANYTHING if ANY in words else joined(known.get(word) or as_it_is(word) for word in sorted(words))


def _key_object(key: ListedKey) -> dict[str, object]:
    rights = [
        {
            "types": sorted(right.types),
            "signals": sorted(right.signals),
            "statuses": sorted(right.statuses),
            "places": [str(place) for place in right.places],
        }
        for right in key.rights
    ]
    return {"name": key.name, "kind": key.kind.value, "kid": key.kid, "rights": rights}


def new(request: Request, screen: Screen) -> int:
    """Another key of the desk."""
    right, public, lock = _right(request), request.values["public"], _lock(request, screen)
    name, folder = request.values["name"], _folder(request)
    made = unlocked(
        lambda keys: keyring.add_key(folder, name, right, now(), _with(keys, lock), public), request, screen
    )
    return _tell(made, request, screen)


def replace(request: Request, screen: Screen) -> int:
    """A new key in the place of one that is lost."""
    public, lock = request.values["public"], _lock(request, screen)
    name, folder = request.values["name"], _folder(request)
    made = unlocked(lambda keys: keyring.replace_key(folder, name, now(), _with(keys, lock), public), request, screen)
    return _tell(made, request, screen)


def change(request: Request, screen: Screen) -> int:
    """Other rights for a key: what is typed of them; the rest stays as it is."""
    typed, name, folder = _typed(request), request.values["name"], _folder(request)
    made = unlocked(
        lambda keys: keyring.change_key(folder, name, lambda right: dataclasses.replace(right, **typed), now(), keys),
        request,
        screen,
    )
    return _tell(made, request, screen)


def collector(request: Request, screen: Screen) -> int:
    """A key that needs no passphrase and is good for questions only."""
    folder = _folder(request)
    right = Right(frozenset({CommandType.QUERY.value}), frozenset({ANY}), frozenset({ANY}), (_everywhere(folder),))
    made = unlocked(
        lambda keys: keyring.add_key(folder, keyring.COLLECTOR, right, now(), _with(keys, None)), request, screen
    )
    status = _tell(made, request, screen)
    screen.say(COLLECTOR_READY)
    return status


def make(request: Request, screen: Screen) -> int:
    """A key on this machine, for a desk elsewhere."""
    path = request.values["file"]
    key = keyring.make_key(path, _lock(request, screen))
    screen.say(MADE.fill(path=path, public=path.with_suffix(".pub"), kid=key.kid[:8]))
    return 0


def skip(request: Request, screen: Screen) -> int:
    """After a backup was restored: lists that boxes may hold already are passed over."""
    ledger.skip_to(_folder(request), request.values["number"])
    screen.say(SKIPPED.fill(number=request.values["number"]))
    return 0


def _tell(made: Made, request: Request, screen: Screen) -> int:
    screen.say(LISTED.fill(name=made.key.name, number=made.signed.trust.number))
    for right in made.key.rights:
        screen.say(_line(made.key, right))
    if made.path is not None:
        screen.say(LIES_AT.fill(path=made.path, name=made.key.name))
    spread(request.config, screen)
    return 0


def _folder(request: Request) -> CommuneFolder:
    return CommuneFolder(request.config, request.values.get("root"))


def _everywhere(folder: CommuneFolder) -> Address:
    return Address(To.ALL, load_commune(folder).id)


def _right(request: Request) -> Right:
    """As it was typed; what is left out is anything, everywhere. Raises MisuseError for a place that is none."""
    anything = frozenset({ANY})
    return dataclasses.replace(Right(anything, anything, anything, (_everywhere(_folder(request)),)), **_typed(request))


def _typed(request: Request) -> dict[str, Any]:
    """Those fields of a right that were typed. Raises MisuseError for a place that is none."""
    words = {"types": request.values["may"], "signals": request.values["signals"], "statuses": request.values["status"]}
    found: dict[str, Any] = {
        field: frozenset({ANY}) if typed == ALL else typed for field, typed in words.items() if typed
    }
    if typed := request.values["in"]:
        with on_duty(request.config) as duty:
            target = duty.find(typed)
        if isinstance(target, Text):
            raise MisuseError(target)
        found["places"] = target.addresses
    return found


def _lock(request: Request, screen: Screen) -> str | None:
    return new_passphrase(screen.language) if request.values.get("passphrase") else None


def _with(keys: Passphrases, lock: str | None) -> Passphrases:
    """The passphrases that open what is there, and the one that locks what is new."""
    return Passphrases(keys.root, keys.authority, lock)
