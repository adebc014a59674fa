"""The ports in memory: the same promises as the real shells, held by the same contract suite in
`tests/store`.
"""

from tests.fakes.archive import MemoryArchive
from tests.fakes.clock import FakeClock, SeededEntropy
from tests.fakes.cosignatures import MemoryCosignatures
from tests.fakes.documents import MemoryDocuments
from tests.fakes.heads import MemoryHeads
from tests.fakes.ledger import MemoryLedger
from tests.fakes.urns import MemoryUrns
from tests.fakes.vault import MemoryVault

__all__ = [
    "FakeClock",
    "MemoryArchive",
    "MemoryCosignatures",
    "MemoryDocuments",
    "MemoryHeads",
    "MemoryLedger",
    "MemoryUrns",
    "MemoryVault",
    "SeededEntropy",
]
