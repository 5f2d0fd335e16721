"""The desk's keys: made where they are used, listed by the root with their rights, replaced when they are lost.

The first key of a commune is `desk/desk.key`, every other `desk/NAME.key`. A desk on another machine makes its own
there (`make_key`) and sends the public half.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gongd.adapters import jose
from gongd.adapters.jose import PrivateKey
from gongd.core.trust_list import KeyKind, ListedKey, Right, TrustList
from gongd.core.words import Text
from gongd.desk import ledger
from gongd.desk.commune_folder import CommuneFolder, held
from gongd.desk.ledger import SignedList
from gongd.desk.membership import (
    NOT_LISTED,
    UNLOCKED,
    EnrolmentError,
    Passphrases,
    change,
    checked_id,
    give_rights,
    swap_key,
)

ChangeRight = Callable[[Right], Right]
"""Makes another right out of one that a key has."""

COLLECTOR = "collector"
"""The key that the collector uses where there is one: without a passphrase, and good for questions only."""

TAKEN = Text(
    "Đã có khóa tên {name}. Mất khóa thì: gongctl key replace {name}",
    "There is a key called {name}. If it is lost: gongctl key replace {name}",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A key that is listed now. `path` is where its private half lies; None where that is on another machine."""

    key: ListedKey
    path: Path | None
    signed: SignedList


def key_path(folder: CommuneFolder, name: str) -> Path:
    """Where the private half of a key lies, if it is here. Raises LedgerError, KeyFileError."""
    return folder.desk / ("desk.key" if name == first_name(folder) else f"{name}.key")


def first_name(folder: CommuneFolder) -> str | None:
    """Whose key `desk.key` is: the one with which the commune was founded. Raises KeyFileError, LedgerError."""
    keys = ledger.first(folder).trust.keys
    return keys[0].name if keys else None


def make_key(path: Path, passphrase: str | None) -> PrivateKey:
    """A new key on this machine: the private half at `path`, the public beside it (`.pub`). Raises KeyFileError."""
    key = jose.generate()
    jose.save(key, path, passphrase)
    jose.save_public(key.x, path.with_suffix(".pub"))
    return key


def add_key(
    folder: CommuneFolder,
    name: str,
    right: Right,
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
    public: Path | None = None,
    kind: KeyKind = KeyKind.DESK,
) -> Made:
    """List a key: the one in `public`, which was made elsewhere, else a new one made here.

    Raises EnrolmentError, LedgerError, KeyFileError, PassphraseError; then nothing was listed and no file is left.
    """
    with held(folder):
        if any(key.name == checked_id(name) for key in ledger.current(folder).trust.keys):
            raise EnrolmentError(TAKEN.fill(name=name))
        path, x = _half(folder, name, passphrases, public)
        listed = ListedKey(name, x, kind, (right,))
        return Made(listed, path, _list(folder, now, passphrases, path, lambda trust: give_rights(trust, listed)))


def replace_key(
    folder: CommuneFolder,
    name: str,
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
    public: Path | None = None,
) -> Made:
    """A new key with the name and the rights of one that is lost, which is revoked. Raises as `add_key` does."""
    with held(folder):
        former = listed_key(ledger.current(folder).trust, name)
        lost = key_path(folder, name)
        aside = lost.with_name(f"{lost.name}.lost-{former.kid[:8]}")
        ledger.open_root(folder, passphrases.root)
        if public is None and lost.exists():
            lost.replace(aside)
        try:
            path, x = _half(folder, name, passphrases, public)
            listed = replace(former, x=x)
            return Made(listed, path, _list(folder, now, passphrases, path, lambda trust: swap_key(trust, listed)))
        except BaseException:
            if aside.exists() and not lost.exists():
                aside.replace(lost)
            raise


def change_key(
    folder: CommuneFolder, name: str, other: ChangeRight, now: datetime, passphrases: Passphrases = UNLOCKED
) -> Made:
    """Other rights for a key: what `other` makes of each that it has. Raises EnrolmentError, LedgerError,
    KeyFileError, PassphraseError."""
    with held(folder):
        former = listed_key(ledger.current(folder).trust, name)
        listed = replace(former, rights=tuple(dict.fromkeys(other(right) for right in former.rights)))
        return Made(listed, None, change(folder, now, passphrases, lambda trust: give_rights(trust, listed)))


def listed_key(trust: TrustList, name: str) -> ListedKey:
    """A key by its name. Raises EnrolmentError."""
    found = next((key for key in trust.keys if key.name == name), None)
    if found is None:
        raise EnrolmentError(NOT_LISTED.fill(name=name))
    return found


def _half(folder: CommuneFolder, name: str, passphrases: Passphrases, public: Path | None) -> tuple[Path | None, str]:
    """The private file, if it is made here, and the public half. The root must be at hand before a key is made."""
    if public is not None:
        return None, jose.load_public(public)
    ledger.open_root(folder, passphrases.root)
    path, key = key_path(folder, name), jose.generate()
    jose.save(key, path, passphrases.desk)
    return path, key.x


def _list(
    folder: CommuneFolder, now: datetime, passphrases: Passphrases, path: Path | None, made: ledger.Change
) -> SignedList:
    try:
        return change(folder, now, passphrases, made)
    except BaseException:
        if path is not None:
            path.unlink(missing_ok=True)
        raise
