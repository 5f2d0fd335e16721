"""A passphrase as it is typed: a letter with marks comes in one piece or in several, and both are the same."""

import unicodedata


def secret_of(passphrase: str) -> bytes:
    """What a key is locked with: composed, whatever the keyboard gives."""
    return _encoded(unicodedata.normalize("NFC", passphrase))


def spellings(passphrase: str) -> tuple[bytes, ...]:
    """What may open a key, likeliest first: composed; as it was typed, and in pieces, for one that was locked so."""
    typed = (unicodedata.normalize("NFC", passphrase), passphrase, unicodedata.normalize("NFD", passphrase))
    return tuple(dict.fromkeys(map(_encoded, typed)))


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
