"""What a device answers when it is asked for a passkey (W3C WebAuthn, sections 7.1 and 7.2), read and verified.

The library checks signature, page, challenge and that the owner was asked. It does not check, and here is checked, that
no other site held our page in a frame of its own (`crossOrigin`); and it compares counters without saying so, which
`service.accounts.passkeys` does instead. Every way in which an answer can be misshapen is `None`, whatever the
library calls it.

The name that a passkey is for, and the page that may ask for it, come from the settings alone.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cbor2
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException

from ledger.desk import Account
from ledger.service.accounts.passkeys import Assertion, NewKey
from web.site import Settings

ANSWER_MAX_CHARS = 16_384
"""An answer of a device has some hundred; one with a manufacturer's certificates some thousand."""
CREDENTIAL_MAX_BYTES = 1_023
"""As the standard says: section 5.8.3."""
ALGORITHMS = (
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
"""The three that the standard recommends to ask for; one of them every device has."""

_MISSHAPEN = (
    WebAuthnException,
    cbor2.CBORError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What the library raises, met by answers that were changed byte by byte."""


@dataclass(frozen=True)
class Party:
    """Whom passkeys are for. `name` is the domain to which a device binds them, `origin` the one page that may ask."""

    name: str
    origin: str


def find_party(base_url: str) -> Party | None:
    """Return for whom passkeys are under an address of the settings; None where no browser would make any.

    Browsers make them for names alone, over https: not for a bare IP address. The machine itself is `localhost`.
    """
    parts = urllib.parse.urlsplit(base_url)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    if host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback):
        return Party(name="localhost", origin=f"{parts.scheme}://localhost{port}")
    if parts.scheme != "https" or _is_address(host) or "." not in host:
        return None
    return Party(name=host, origin=f"https://{host}{'' if port == ':443' else port}")


@dataclass(frozen=True)
class PasskeyOffer:
    """What the page's script hands on to the device.

    `challenge`  base64url; empty where the script fetches it from `source`
    `known`      passkeys of the account, base64url, separated by blanks
    `user`       the account, and `user_name` its sign-in name, of a passkey that is to be made
    """

    challenge: str
    known: str
    origin: str
    party: str
    source: str = ""
    user: str = ""
    user_name: str = ""


def find_offer(
    settings: Settings,
    challenge: bytes = b"",
    known: Sequence[bytes] = (),
    *,
    source: str = "",
    account: Account | None = None,
) -> PasskeyOffer | None:
    """Return what a page offers under these settings; None where no browser would do it."""
    party = find_party(settings.public_base_url)
    if party is None:
        return None
    return PasskeyOffer(
        challenge=encode_bytes(challenge),
        known=" ".join(encode_bytes(credential) for credential in known),
        origin=party.origin,
        party=party.name,
        source=source,
        user=account.account if account is not None else "",
        user_name=account.sign_in if account is not None else "",
    )


def encode_bytes(data: bytes) -> str:
    """Return bytes as pages and devices spell them: base64url without its padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_bytes(text: str) -> bytes:
    """Return the bytes of a spelling; empty for anything else."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return data if encode_bytes(data) == text else b""


def read_assertion(answer: str, party: Party) -> Assertion | None:
    """Return a device's answer to a request for a passkey; None for anything else."""
    try:
        fields = _read_fields(answer)
        credential = parse_authentication_credential_json(fields)
        challenge = _read_challenge(credential.response.client_data_json)
        user = (credential.response.user_handle or b"").decode("ascii")
        known = credential.raw_id
    except _MISSHAPEN:
        return None

    def verify(public_key: bytes) -> int | None:
        try:
            return verify_authentication_response(
                credential=fields,
                credential_current_sign_count=0,
                credential_public_key=public_key,
                expected_challenge=challenge,
                expected_origin=party.origin,
                expected_rp_id=party.name,
                require_user_verification=True,
            ).new_sign_count
        except _MISSHAPEN:
            return None

    if not 0 < len(known) <= CREDENTIAL_MAX_BYTES:
        return None
    return Assertion(challenge=challenge, credential=known, user=user, verify=verify)


def read_new_key(answer: str, party: Party) -> NewKey | None:
    """Return the key that a device made, verified; None for anything else."""
    try:
        fields = _read_fields(answer)
        challenge = _read_challenge(base64url_to_bytes(fields["response"]["clientDataJSON"]))
        verified = verify_registration_response(
            credential=fields,
            expected_challenge=challenge,
            expected_origin=party.origin,
            expected_rp_id=party.name,
            require_user_verification=True,
            supported_pub_key_algs=list(ALGORITHMS),
        )
    except _MISSHAPEN:
        return None
    if not 0 < len(verified.credential_id) <= CREDENTIAL_MAX_BYTES:
        return None
    return NewKey(
        challenge=challenge,
        credential=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
    )


def _read_fields(answer: str) -> dict[str, Any]:
    if len(answer) > ANSWER_MAX_CHARS:
        raise ValueError("too long")
    fields = json.loads(answer)
    if not isinstance(fields, dict):
        raise TypeError("no object")
    return fields


def _read_challenge(client_data: bytes) -> bytes:
    """Return the challenge that was answered; ValueError where another site's page held ours."""
    values = json.loads(client_data)
    if values.get("crossOrigin", False) is not False or "topOrigin" in values:
        raise ValueError("within another site")
    return parse_client_data_json(client_data).challenge


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
