"""A device with passkeys, as far as its answers go: right ones, and forged in whatever place a test names.

The bytes are put together here by hand, after the standard (WebAuthn, sections 5.8.1, 6.1, 6.5.4), so that what the
program reads was written by somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from web.passkeys import Party

PARTY = Party(name="localhost", origin="http://localhost:8000")
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Authenticator:
    """One key. `count` goes up with each use, as of devices that count; 0 for ever with `counts` off."""

    user: str
    count: int = 0
    counts: bool = True
    credential: bytes = b"\x07" * 32
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    party: Party = PARTY

    def make(self, challenge: bytes, *, flags: int = PRESENT | VERIFIED | ATTESTED, **client: Any) -> str:
        """The answer to being asked for a new passkey."""
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self.public_key
        data = self._build_data(flags, self.party.name) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            attestationObject=encode(attestation),
            clientDataJSON=encode(self._build_client("webauthn.create", challenge, client)),
        )

    def sign(
        self,
        challenge: bytes,
        *,
        flags: int = PRESENT | VERIFIED,
        party: str = "",
        signer: ec.EllipticCurvePrivateKey | None = None,
        user: str | None = None,
        **client: Any,
    ) -> str:
        """The answer to being asked for a passkey; `client` changes what it says of the page."""
        self.count += int(self.counts)
        data = self._build_data(flags, party or self.party.name)
        said = self._build_client("webauthn.get", challenge, client)
        signature = (signer or self.key).sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            authenticatorData=encode(data),
            clientDataJSON=encode(said),
            signature=encode(signature),
            userHandle=encode((self.user if user is None else user).encode()),
        )

    @property
    def public_key(self) -> bytes:
        """The key as COSE."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _build_data(self, flags: int, party: str) -> bytes:
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _build_client(self, type_: str, challenge: bytes, changes: dict[str, Any]) -> bytes:
        said = {
            "type": type_,
            "challenge": encode(challenge),
            "origin": self.party.origin,
            "crossOrigin": False,
        }
        return json.dumps(said | changes).encode()

    def _answer(self, **response: str) -> str:
        credential = encode(self.credential)
        return json.dumps({"id": credential, "rawId": credential, "type": "public-key", "response": response})
