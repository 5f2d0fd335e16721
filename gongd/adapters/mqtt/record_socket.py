"""A TLS socket that is read, and where asked for written, a record at a time.

paho asks for the first byte of a packet, then for its length, byte by byte, then for the rest, and sends each packet by
itself. Each time OpenSSL is asked, Python's lock is let go and taken again, and every record costs the network its own
headers; so OpenSSL is asked once.
"""

import ssl
from contextlib import suppress
from typing import Any

LARGEST_RECORD = 16 * 1024
"""Bytes that a TLS record holds at most (RFC 8446, 5.1): of one that is taken whole OpenSSL keeps nothing back."""


class RecordSocket(ssl.SSLSocket):
    """For `SSLContext.sslsocket_class`. `recv`, `pending` and `send` are what paho uses, one thread for each way.

    Where it `gathers`, what is sent waits for `flush`; closing flushes.
    """

    _record, _at = b"", 0
    _gathered: bytearray | None = None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """At most so many bytes of what has come. Raises as `ssl.SSLSocket.recv`."""
        if self._at == len(self._record):
            self._record, self._at = super().recv(LARGEST_RECORD, flags), 0
        begin, self._at = self._at, min(self._at + buflen, len(self._record))
        return self._record[begin : self._at]

    def pending(self) -> int:
        """Bytes that have been decrypted, and that `poll` does not tell of."""
        return len(self._record) - self._at

    def gather(self) -> None:
        """From now on packets go out together."""
        self._gathered = bytearray()

    def send(self, data: Any, flags: int = 0) -> int:
        """Take these bytes: how many. Raises as `ssl.SSLSocket.send`, where it gathers only with a record's worth."""
        if self._gathered is None:
            return super().send(data, flags)
        if len(self._gathered) >= LARGEST_RECORD:
            self.flush()
        self._gathered += data
        return len(data)

    def flush(self) -> None:
        """Send what has been gathered. Raises as `ssl.SSLSocket.send`; what has not gone then stays."""
        while self._gathered:
            sent = super().send(bytes(self._gathered))
            del self._gathered[:sent]

    def close(self) -> None:
        """Send what is left, if that goes at once, and close."""
        with suppress(OSError, ValueError):
            self.flush()
        super().close()
