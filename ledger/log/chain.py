"""The chain: every entry carries, as `previous`, the leaf hash of the entry before it.

    entry 0          entry 1            entry 2
    previous = 0…0   previous = leaf 0  previous = leaf 1

Chain and tree share one hash, so either is checked from the entries alone. The chain lets a reader audit a
stream in constant memory and lets a database refuse two entries after the same one. It cannot show that the
end was cut off: for that a signed checkpoint and the tree are needed.
"""

import base64

from ledger.errors import Tampered
from ledger.limits import HASH_BYTES
from ledger.log.hashing import Hash

ZERO_HASH: Hash = bytes(HASH_BYTES)
"""`previous` of entry 0: 32 zero bytes, which no entry hashes to."""


def verify_link(index: int, leaf_before: Hash, previous: Hash) -> None:
    """Check that the entry at `index` follows the entry whose leaf hash is `leaf_before`.

    `leaf_before` is `ZERO_HASH` for index 0. Raises Tampered with both hashes in base64, whatever their lengths.
    """
    if previous != leaf_before:
        raise Tampered(index, expected=_format(leaf_before), found=_format(previous))


def _format(stored: bytes) -> str:
    return base64.b64encode(stored).decode()
