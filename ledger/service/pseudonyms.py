"""Random names, so that a log names nobody."""

from __future__ import annotations

import base64

from ledger.ports import Entropy


def make_pseudonym(entropy: Entropy, prefix: str, chars: int) -> str:
    """Return a random name such as u-4m2kq7wx3a, or h- and m- with sixteen characters."""
    return prefix + base64.b32encode(entropy.take(chars)).decode()[:chars].lower()
