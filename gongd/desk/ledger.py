"""Every list of trust that a commune's root has signed, by its number, which only grows."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gongd.adapters import jose
from gongd.adapters.jose import PrivateKey
from gongd.core.errors import GongdError
from gongd.core.trust_list import LARGEST_TRUST, TrustList
from gongd.core.wire import Seal, only
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_refusal import Refused
from gongd.core.words import Text
from gongd.desk.commune_folder import CommuneFolder, read, write_new

Change = Callable[[TrustList], TrustList]
"""Makes the next list out of the newest. Raises ValueError."""

NO_LIST = Text("Chưa có danh sách khóa nào đọc được trong {path}", "No list of trust in {path} can be read")
TWICE = Text("Khóa hoặc tên này đã có trong danh sách của xã", "This key or this name is in the commune's list already")
NOT_HIGHER = Text("Số {number} không lớn hơn số đang có", "The number {number} is not above those that are there")
LARGEST_NUMBER = 10**9
WRONG_ROOT = Text("Khóa gốc này không phải của xã", "This root key is not the commune's")
TOO_LONG = Text("Danh sách khóa của xã quá dài", "The commune's list of trust is too long")


class LedgerError(GongdError, ValueError):
    """No list of trust can be read, or the next one cannot be made."""


@dataclass(frozen=True, slots=True)
class SignedList:
    """A list, and the compact JWS that the root made of it: what goes to the boxes."""

    trust: TrustList
    token: bytes


def open_root(folder: CommuneFolder, passphrase: str | None) -> PrivateKey:
    """The commune's root key. Raises KeyFileError, PassphraseError, LedgerError when it is another commune's."""
    root = jose.load(folder.root_key, passphrase)
    if root.x != jose.load_public(folder.root_public):
        raise LedgerError(WRONG_ROOT)
    return root


def read_list(token: bytes, root: str) -> TrustList | Refused:
    """What that root has signed as a list of trust, or why not. Never raises."""
    opened = jose.verify(token, only(root), Seal.TRUST, jose.LARGEST_SIGNED_TRUST)
    return opened if isinstance(opened, Refused) else from_json(TrustList, opened.payload, LARGEST_TRUST)


def current(folder: CommuneFolder) -> SignedList:
    """The newest list. One that was cut off while it was written is passed over. Raises LedgerError, KeyFileError."""
    return _first_of(folder, sorted(_numbers(folder), reverse=True))


def first(folder: CommuneFolder) -> SignedList:
    """The oldest list: that with which the commune was founded. Raises LedgerError, KeyFileError."""
    return _first_of(folder, sorted(_numbers(folder)))


def _first_of(folder: CommuneFolder, numbers: Iterable[int]) -> SignedList:
    root = jose.load_public(folder.root_public)
    for number in numbers:
        token = read(_path(folder, number), jose.LARGEST_SIGNED_TRUST)
        trust = read_list(token, root)
        if not isinstance(trust, Refused):
            return SignedList(trust, token)
    raise LedgerError(NO_LIST.fill(path=folder.trust))


def publish(folder: CommuneFolder, root: PrivateKey, now: datetime, change: Change) -> SignedList:
    """Sign what `change` makes of the newest list, under the next number. Raises LedgerError, FolderError.

    A change that changes nothing makes no new list.
    """
    held = current(folder)
    try:
        changed = change(held.trust)
    except ValueError as error:
        if isinstance(error, GongdError):
            raise
        raise LedgerError(TWICE) from error
    return held if changed == held.trust else _sign(folder, root, replace(changed, issued=now))


def begin(folder: CommuneFolder, root: PrivateKey, trust: TrustList) -> SignedList:
    """Sign a commune's first list. Raises FolderError."""
    return _sign(folder, root, trust)


def skip_to(folder: CommuneFolder, number: int) -> None:
    """Let the next list have a higher number than this: after a backup was restored, boxes may hold newer lists.

    Raises LedgerError, FolderError.
    """
    if not max(_numbers(folder), default=0) < number <= LARGEST_NUMBER:
        raise LedgerError(NOT_HIGHER.fill(number=number))
    write_new(_path(folder, number), b"")


def _sign(folder: CommuneFolder, root: PrivateKey, trust: TrustList) -> SignedList:
    """The number is beyond every file that is there, readable or not."""
    numbered = replace(trust, number=max(_numbers(folder), default=0) + 1)
    payload = to_json(numbered)
    if len(payload) > LARGEST_TRUST:
        raise LedgerError(TOO_LONG)
    signed = SignedList(numbered, jose.sign(payload, root, Seal.TRUST))
    write_new(_path(folder, numbered.number), signed.token)
    return signed


def _path(folder: CommuneFolder, number: int) -> Path:
    return folder.trust / f"{number:06d}.jws"


def _numbers(folder: CommuneFolder) -> tuple[int, ...]:
    found = []
    for path in folder.trust.glob("*.jws"):
        with suppress(ValueError):
            found.append(int(path.stem))
    return tuple(found)
