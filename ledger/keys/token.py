"""Log keys in a PKCS#11 token: they are made there, sign there and never come out.

Tried with SoftHSM 2. The token needs the mechanisms EC_EDWARDS_KEY_PAIR_GEN and EDDSA (PKCS#11 3.0); the library that
reaches it is loaded only when a key is used. One library a process: PKCS#11 asks for it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ledger.errors import Fault, Refused
from ledger.keys.key_file import IDENTITY_BYTES
from ledger.keys.passphrase import Passphrases

if TYPE_CHECKING:
    from pkcs11 import Session

_ED25519 = bytes.fromhex("06032b6570")
"""DER of the object identifier 1.3.101.112, edwards25519. Source: RFC 8410, section 3."""
_POINT_START = bytes.fromhex("0420")
"""DER of an octet string of 32 bytes: how a token gives an Ed25519 public key."""


class Token:
    """One token and the label under which this home's keys stand in it.

    `module`     path of the library, e.g. /usr/lib/softhsm/libsofthsm2.so
    `label`      of the token
    `key_label`  of every key that is made here
    """

    def __init__(self, module: str, label: str, key_label: str, passphrases: Passphrases) -> None:
        self._module = module
        self._label = label
        self._key_label = key_label
        self._lock = threading.RLock()
        self._passphrases = passphrases
        self._session: Session | None = None

    def create_key(self) -> tuple[bytes, bytes]:
        """Make an Ed25519 key that cannot leave the token; return its object's id and its 32 public bytes."""
        identity = os.urandom(IDENTITY_BYTES)
        with self._open() as session:
            from pkcs11 import Attribute, KeyType, Mechanism

            curve = session.create_domain_parameters(
                KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519}, local=True
            )
            public_key, _ = curve.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                id=identity,
                label=self._key_label,
                store=True,
                private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
            )
            point = bytes(public_key[Attribute.EC_POINT])
        return identity, point.removeprefix(_POINT_START)

    def open_key(self, identity: bytes) -> Callable[[bytes], bytes]:
        """Return what signs with a key of this token; raises Refused where the token has it not or is not there."""
        with self._open() as session:
            self._find_key(session, identity)

        def sign_bytes(message: bytes) -> bytes:
            with self._open() as session:
                from pkcs11 import Mechanism

                return bytes(self._find_key(session, identity).sign(message, mechanism=Mechanism.EDDSA))

        return sign_bytes

    def destroy_key(self, identity: bytes) -> None:
        """Delete both halves of a key from the token."""
        with self._open() as session:
            from pkcs11 import Attribute

            for found in list(session.get_objects({Attribute.ID: identity})):
                found.destroy()

    def close(self) -> None:
        """Log out."""
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    def _find_key(self, session: Session, identity: bytes) -> Any:
        from pkcs11 import ObjectClass

        return session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._key_label, id=identity)

    @contextmanager
    def _open(self) -> Iterator[Session]:
        """Give the one session, logged in; a session is no place for two threads."""
        try:
            import pkcs11
        except ModuleNotFoundError as error:
            raise Refused(
                [self._build_fault("没有装 python-pkcs11", "用 pip install 'mingbai[pkcs11]' 装上")]
            ) from error
        with self._lock:
            try:
                if self._session is None:
                    self._session = self._log_in()
                yield self._session
            except pkcs11.exceptions.NoSuchKey as error:
                raise Refused(
                    [self._build_fault("没有这把私钥", "插上存有它的令牌，核对 key 的名字")]
                ) from error
            except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
                self._session = None
                found = type(error).__name__
                raise Refused(
                    [self._build_fault(found, "插好令牌，核对 mingbai.toml 的 [pkcs11]")]
                ) from error

    def _log_in(self) -> Session:
        """Open the token with its PIN, once: most tokens lock themselves after a few wrong ones."""
        import pkcs11

        token = pkcs11.lib(self._module).get_token(token_label=self._label)
        for pin in self._passphrases.iterate(f"令牌 {self._label} "):
            try:
                return token.open(rw=True, user_pin=pin)
            except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange) as error:
                raise Refused([_build_pin_fault(self._label)]) from error
        raise AssertionError("somebody is always asked")

    def _build_fault(self, found: str, remedy: str) -> Fault:
        return Fault(
            code="token-unusable",
            place=f"令牌 {self._label}",
            found=found,
            expected="能用的令牌和其中的私钥",
            remedy=remedy,
        )


def _build_pin_fault(label: str) -> Fault:
    return Fault(
        code="token-pin",
        place=f"令牌 {label}",
        found="口令（PIN）不对",
        expected="设令牌时的口令",
        remedy="想清楚再试：错几次令牌会自己锁上",
    )
