"""What a voucher is about, in lines: the contract, asset, resolution and fund that it names, with their titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger.books.values import PublicText
from ledger.books.vouchers import Voucher, VoucherReversed
from ledger.service.preview import preview_about, preview_of_fund, preview_under
from ledger.service.register_previews import preview_about_asset
from ledger.state.assets import find_asset
from ledger.state.contracts import find_contract
from ledger.state.facts import Facts
from ledger.state.funds import find_fund
from ledger.state.resolutions import find_resolution


def tell_named(facts: Facts, body: Voucher, read: Callable[[PublicText], str]) -> Iterator[str]:
    """Yield a line for each register's number that a voucher names; `read` gives a public text."""
    if isinstance(body, VoucherReversed):
        return
    if body.contract:
        contract = find_contract(facts, body.contract)
        yield preview_about(body.contract, read(contract.signed.title) if contract is not None else "")
    if body.asset:
        asset = find_asset(facts, body.asset)
        yield preview_about_asset(body.asset, read(asset.registered.name) if asset is not None else "")
    if body.resolution:
        resolution = find_resolution(facts, body.resolution)
        yield preview_under(body.resolution, read(resolution.body.title) if resolution is not None else "")
    if body.fund:
        fund = find_fund(facts, body.fund)
        name = read(fund.body.name) if fund is not None else ""
        yield preview_of_fund(body.fund, name, body.recipients)
