"""The code of an authenticator app (RFC 6238), written down again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time


def code(secret: str) -> str:
    """Return the six digits of this half minute."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
