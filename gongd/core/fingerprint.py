"""What a public key is called: its thumbprint for machines, and eight digits that people compare aloud."""

import base64
import hashlib
import json
from functools import lru_cache

_SCRYPT_N, _SCRYPT_R = 2**14, 8
"""16 MB and some 50 ms a try: whoever wants another key with the same eight digits needs 10**8 tries of it."""

_SALT = b"gongd check code"


@lru_cache(maxsize=4096)
def thumbprint(x: str) -> str:
    """The RFC 7638 thumbprint (SHA-256, base64url, 43 characters) of the Ed25519 public key whose JWK has this `x`."""
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).decode().rstrip("=")


def check_code(what: str) -> str:
    """Eight digits, as `4821-9930`, drawn slowly from a key's `x` or from a digest; read over a telephone."""
    drawn = hashlib.scrypt(what.encode(), salt=_SALT, n=_SCRYPT_N, r=_SCRYPT_R, p=1, dklen=16)
    figures = f"{int.from_bytes(drawn, 'big') % 10**8:08d}"
    return f"{figures[:4]}-{figures[4:]}"
