"""What a form makes that is sent twice: the very same.

A pseudonym or a one-time password that a form asks for is drawn from a number that the form carries, keyed by the
desk's secret: a second click draws the same again and so finds what the first one made. Without the secret the number
tells nothing, and the number is kept nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from ledger.ports import DeskPorts

_FORM = re.compile(r"[0-9a-f]{32}", re.ASCII)


def make_once(ports: DeskPorts) -> str:
    """Return a fresh number for a form."""
    return ports.entropy.take(16).hex()


class Once:
    """Randomness (see `ports.Entropy`) that is the same for the same form with the same content."""

    def __init__(self, ports: DeskPorts, number: str, *content: str) -> None:
        # Of a form that is not ours nothing is drawn twice.
        known = number if _FORM.fullmatch(number) else make_once(ports)
        parts = [part.encode() for part in ("desk once", known, *content)]
        text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        self._seed = hmac.new(ports.get_desk_key(), text, hashlib.sha256).digest()
        self._block = 0

    def take(self, size_bytes: int) -> bytes:
        """Return the next bytes: HMAC-SHA256 over a counter."""
        taken = b""
        while len(taken) < size_bytes:
            taken += hmac.new(self._seed, self._block.to_bytes(8, "big"), hashlib.sha256).digest()
            self._block += 1
        return taken[:size_bytes]
