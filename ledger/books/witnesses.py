"""Which witnesses a village asks: the policy it adopted, as the log holds it."""

from __future__ import annotations

from ledger.books.values import Count, FileDigest, Positive, PublicText, Value


class PolicyAdopted(Value, frozen=True):
    """`policy.adopted`: whose cosignatures make a checkpoint count, in force for every larger size.

    The counts follow from the text; they stand here so that raising and lowering show without it.
    """

    policy: FileDigest  # of the policy's exact text
    quorum: Count  # the fewest witnesses that satisfy it; 0 when it asks for none
    resolution: PublicText  # the meeting that decided it
    text: PublicText  # the policy itself (tlog-policy)
    version: Positive
    witnesses: Count
