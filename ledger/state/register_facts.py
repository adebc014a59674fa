"""What the registers add up to: contracts, assets, resources, resolutions, earmarked money. Keys in `facts`."""

from __future__ import annotations

from ledger.books.assets import AssetCategory
from ledger.books.values import Value


class ContractFacts(Value, frozen=True):
    """Indexes of a contract's entries: its signing, and its changes in their order; whether the last one ended it."""

    changes: tuple[int, ...]
    has_ended: bool
    signed: int


class PaymentFacts(Value, frozen=True):
    """A voucher at `index` that is about a contract: fen that it moved, money in positive; `reverses` the index of the
    voucher that it takes back, 0 for none; `has_resolution` where it names one itself.
    """

    index: int
    money_fen: int
    reverses: int
    has_resolution: bool = False


class AssetFacts(Value, frozen=True):
    """An asset's sums, in fen: `accumulated_fen` depreciated so far, `booked_fen` on its account of cost,
    `clearing_fen` on that of clearing; `counted` the newest stock-take that found another number, 0 for none.
    """

    accumulated_fen: int
    booked_fen: int
    category: AssetCategory
    changes: tuple[int, ...]
    clearing_fen: int
    counted: int
    disposed: int  # 0 while it is not
    original_fen: int
    quantity: int
    registered: int


class AssetSums(Value, frozen=True):
    """What the assets of a class that are in the books add up to."""

    accumulated_fen: int
    assets: int
    value_fen: int


class AssetMoveFacts(Value, frozen=True):
    """A voucher at `index` that is about an asset: what it moved, increases positive; `period` the month that its
    depreciation is of; `reverses` the index of the voucher that it takes back, 0 for none.
    """

    accumulated_fen: int
    booked_fen: int
    clearing_fen: int
    index: int
    period: str
    reverses: int


class DepreciationFacts(Value, frozen=True):
    """What is booked of an asset's month, 0 where it was taken back; `index` of the voucher that was last about it."""

    amount_fen: int
    index: int


class ResourceFacts(Value, frozen=True):
    """A plot's class and area in hundredths of a mu as they are now, and the indexes of its entries."""

    area_mu_hundredths: int
    changes: tuple[int, ...]
    land_class: str
    registered: int


class LandSums(Value, frozen=True):
    """What the plots of a class add up to."""

    area_mu_hundredths: int
    resources: int


class ResolutionFacts(Value, frozen=True):
    """Indexes of a resolution's entries: its recording, and what was published of its outcome, in their order."""

    index: int
    results: tuple[int, ...]


class SpentFacts(Value, frozen=True):
    """Fen spent under a resolution: money out positive, what came back taken off."""

    spent_fen: int


class FundFacts(Value, frozen=True):
    """What a fund received, what it had when the books began with it, and what it spent; how many received of it."""

    received_fen: int
    recipients: int
    spent_fen: int


class MovedFacts(Value, frozen=True):
    """A voucher that is about a fund: fen that it moved, money in positive; whether it takes another one back."""

    is_red: bool
    money_fen: int
    period: str
    recipients: int
