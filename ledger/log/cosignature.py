"""Cosignatures: a witness's timestamped statement on a checkpoint. Source: C2SP tlog-cosignature 1.0.1.

The witness has checked that the checkpoint extends the last one it saw, and signs, with a key of type 0x04:

    cosignature/v1
    time 1679315147                                     <- seconds since 1970, when it signed
    example.com/behind-the-sofa                         <- the whole checkpoint text
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

Its signature line carries `uint64be time ‖ Ed25519 signature` after the key id. It means: of this origin, at
that time, this was the largest consistent tree that the witness had seen. The message does not hold the
witness's name, so one key serves one witness only. Type 0x06 (ML-DSA-44) is ignored here like any unknown
key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import NotProven
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.keys import (
    ED25519_COSIGNATURE,
    SIGNATURE_BYTES,
    Signer,
    VerifierKey,
    parse_verifier_key,
    verify_ed25519,
)
from ledger.log.note import OpenNote, Signature

_TIME_BYTES = 8
_TIME_MAX_S = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified cosignature.

    `key`     the witness's
    `time_s`  when it signed, seconds since 1970 UTC, by the witness's clock
    """

    key: VerifierKey
    time_s: int


@dataclass(frozen=True, slots=True)
class WitnessVerifier:
    """A key of type 0x04: a witness's."""

    key: VerifierKey

    def __post_init__(self) -> None:
        if self.key.algorithm != ED25519_COSIGNATURE:
            raise ValueError(f"key type {self.key.algorithm:#04x} does not cosign")

    def verify_signature(self, text: str, signature: bytes) -> None:
        """Raise NotProven unless `text` is a checkpoint and `signature` this witness's statement on it."""
        parse_checkpoint(text)
        if len(signature) != _TIME_BYTES + SIGNATURE_BYTES:
            raise NotProven(
                f"见证签名应有 {_TIME_BYTES + SIGNATURE_BYTES} 字节，实有 {len(signature)} 字节",
                code="cosignature",
            )
        time_s = _parse_time(signature)
        if time_s > _TIME_MAX_S:
            raise NotProven(f"见证签名的时间超出范围：{time_s}", code="cosignature")
        verify_ed25519(self.key, _format_message(time_s, text), signature[_TIME_BYTES:])


def parse_witness_verifier(text: str) -> WitnessVerifier:
    """Return the verifier of a key of type 0x04 from its text; NotProven for any other."""
    key = parse_verifier_key(text)
    if key.algorithm != ED25519_COSIGNATURE:
        raise NotProven(
            f"见证人 {key.name} 的公钥类型应为 0x04，实为 {key.algorithm:#04x}", code="verifier-key"
        )
    return WitnessVerifier(key)


def sign_cosignature(text: str, time_s: int, signer: Signer) -> Signature:
    """Return the line by which a witness cosigns the checkpoint `text` at `time_s`.

    The caller has verified the log's signature and the consistency with the last checkpoint it cosigned.
    """
    if signer.key.algorithm != ED25519_COSIGNATURE:
        raise ValueError(f"key type {signer.key.algorithm:#04x} does not cosign")
    if not 0 <= time_s <= _TIME_MAX_S:
        raise ValueError(f"time {time_s} out of range")
    signature = signer.sign_bytes(_format_message(time_s, text))
    return Signature(signer.key.name, signer.key.key_id, time_s.to_bytes(_TIME_BYTES, "big") + signature)


def list_cosignatures(note: OpenNote, witnesses: Sequence[WitnessVerifier]) -> tuple[Cosignature, ...]:
    """Return the cosignatures of `witnesses` among the note's verified lines, in the note's order.

    `note` was opened with these `witnesses`; a line verified for another key is none of theirs.
    """
    keys = {(witness.key.name, witness.key.key_id): witness.key for witness in witnesses}
    return tuple(
        Cosignature(keys[line.name, line.key_id], _parse_time(line.signature))
        for line in note.verified
        if (line.name, line.key_id) in keys
    )


def _parse_time(signature: bytes) -> int:
    return int.from_bytes(signature[:_TIME_BYTES], "big")


def _format_message(time_s: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
