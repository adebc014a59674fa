"""The second factor: codes of thirty seconds from an app (RFC 6238), and recovery codes on paper for when it is gone.

The app's secret is sealed under the desk's key: a copy of the database alone makes no codes. A code counts once, within
one step of the clock either way. Ten recovery codes count once each; they have as many bits as a one-time password, so
that their plain hash gives nothing away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.books.values import fold_text
from ledger.ports import Entropy
from ledger.service.accounts.passwords import fold_one_time, make_one_time_password

STEP_S = 30
STEPS_AROUND = 1
"""A phone's clock may be half a minute off."""
SECRET_BYTES = 20
"""As RFC 4226 recommends: the length of the hash."""
CODE_DIGITS = 6
RECOVERY_CODES = 10
ISSUER = "明白账"
"""What the app shows above the code."""

_NONCE_BYTES = 12


def make_secret(entropy: Entropy) -> bytes:
    """Return a fresh secret of the second factor."""
    return entropy.take(SECRET_BYTES)


def seal_secret(key: bytes, account: str, secret: bytes, entropy: Entropy) -> bytes:
    """Return the secret sealed for one account: it opens for no other."""
    nonce = entropy.take(_NONCE_BYTES)
    return nonce + AESGCM(_derive(key)).encrypt(nonce, secret, account.encode())


def open_secret(key: bytes, account: str, sealed: bytes) -> bytes:
    """Return the secret; empty where there is none, or the desk's key is another one now."""
    try:
        return AESGCM(_derive(key)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], account.encode())
    except (InvalidTag, ValueError):
        return b""


def format_secret(secret: bytes) -> str:
    """Return the secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def build_address(secret: bytes, sign_in: str) -> str:
    """Return the `otpauth:` address that the app reads from the code on the screen."""
    return pyotp.TOTP(base64.b32encode(secret).decode()).provisioning_uri(name=sign_in, issuer_name=ISSUER)


def find_step(secret: bytes, code: str, now_ms: int, used_step: int) -> int | None:
    """Return the step whose code this is, later than the one used last; None where it is none."""
    if not secret:
        return None
    digits = fold_text(code)
    maker = pyotp.TOTP(base64.b32encode(secret).decode(), digits=CODE_DIGITS, interval=STEP_S)
    now = now_ms // 1_000 // STEP_S
    found = None
    for step in range(now - STEPS_AROUND, now + STEPS_AROUND + 1):
        is_same = hmac.compare_digest(maker.generate_otp(step).encode(), digits.encode())
        if is_same and step > used_step:
            found = step
    return found


def make_recovery_codes(entropy: Entropy) -> tuple[str, ...]:
    """Return ten fresh recovery codes, such as `k7mp-3wqx-9fha-t2nc`."""
    return tuple(make_one_time_password(entropy) for _ in range(RECOVERY_CODES))


def hash_recovery_code(account: str, code: str) -> bytes:
    """Return what is kept of a recovery code, however it was typed."""
    return hashlib.sha256(f"{account} {fold_one_time(code)}".encode()).digest()


def is_recovery_code(text: str) -> bool:
    """Say whether a text has the length of a recovery code; a code of the app is shorter."""
    return len(fold_one_time(text)) > CODE_DIGITS + 1


def _derive(key: bytes) -> bytes:
    return hmac.new(key, b"desk second factor", hashlib.sha256).digest()
