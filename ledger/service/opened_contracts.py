"""Drafts of contracts and their changes: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.books.contracts import (
    CATEGORY_NAMES,
    CHANGE_NAMES,
    DIRECTION_NAMES,
    PARTY_NAMES,
    PROCEDURE_NAMES,
    Change,
    ContractAmended,
    ContractEnded,
    ContractSigned,
    ContractVoided,
    Due,
)
from ledger.books.money import format_plain_yuan
from ledger.service.opened_drafts import ERASED, OpenedDraft, Row
from ledger.service.preview import (
    preview_change,
    preview_contract,
)
from ledger.state.contracts import find_contract
from ledger.state.private import (
    Counterparty,
)


def tell_contract(opened: OpenedDraft, body: ContractSigned) -> Iterator[str]:
    yield opened.draft.label
    named = {"标的": body.subject, "用途": body.use, "决议": body.resolution}
    texts = {header: opened.read(text) for header, text in named.items()}
    found = [item.name for item in opened.open(body.counterparty.sealed, Counterparty)]
    texts["对方"] = opened.view.show("counterparty-name", found[0]) if found else ERASED
    yield from preview_contract(body, opened.claim.occurred_on, texts)


def tell_contract_change(opened: OpenedDraft, body: Change) -> Iterator[str]:
    yield opened.draft.label
    contract = find_contract(opened.reader.facts, body.contract)
    if contract is not None:
        yield f"　合同名称：{opened.read(contract.signed.title)}"
    yield from preview_change(contract, body, opened.claim.occurred_on, opened.read(body.reason))


def fill_contract(opened: OpenedDraft, body: ContractSigned) -> Iterator[tuple[str, Row]]:
    """A contract's calendar comes back due by due: from which rule it was made, the draft does not say."""
    named = [item.name for item in opened.open(body.counterparty.sealed, Counterparty)]
    row = {
        "合同编号": body.number,
        "签订日期": opened.claim.occurred_on,
        "合同种类": CATEGORY_NAMES[body.category],
        "收付": DIRECTION_NAMES[body.direction],
        "合同名称": opened.read(body.title),
        "标的": opened.read(body.subject),
        "用途": opened.read(body.use),
        "对方": named[0] if named else "",
        "对方类别": PARTY_NAMES[body.party],
        "怎样选定": PROCEDURE_NAMES[body.chosen_by],
        "决议": opened.read(body.resolution),
        "开始日期": body.begins_on,
        "结束日期": body.ends_on,
        "面积": format_plain_yuan(body.area_mu_hundredths) if body.area_mu_hundredths else "",
        "件数": str(body.units) if body.units else "",
        "押金": format_plain_yuan(body.deposit_fen) if body.deposit_fen else "",
        "决议编号": body.resolution_number,
        "标的编号": body.subject_number,
        "底价": format_plain_yuan(body.floor_fen) if body.floor_fen else "",
    }
    yield "合同", row
    yield from fill_dues(body.number, body.dues)


def fill_amended(opened: OpenedDraft, body: ContractAmended) -> Iterator[tuple[str, Row]]:
    shared = {"合同编号": body.contract, "日期": opened.claim.occurred_on, "原因": opened.read(body.reason)}
    shared |= {"决议编号": body.resolution_number}
    yield "变更", {**shared, "事项": CHANGE_NAMES[ContractAmended], "从哪天起": body.from_on}
    yield from fill_dues(body.contract, body.dues)


def fill_ended(opened: OpenedDraft, body: ContractEnded) -> Iterator[tuple[str, Row]]:
    shared = {"合同编号": body.contract, "日期": body.ended_on, "原因": opened.read(body.reason)}
    yield "变更", {**shared, "事项": CHANGE_NAMES[ContractEnded]}


def fill_voided(opened: OpenedDraft, body: ContractVoided) -> Iterator[tuple[str, Row]]:
    shared = {"合同编号": body.contract, "日期": opened.claim.occurred_on, "原因": opened.read(body.reason)}
    yield "变更", {**shared, "事项": CHANGE_NAMES[ContractVoided]}


def fill_dues(number: str, dues: Iterable[Due]) -> Iterator[tuple[str, Row]]:
    for due in dues:
        yield (
            "收付款",
            {"合同编号": number, "日期": due.due_on, "金额": format_plain_yuan(due.amount_fen)},
        )
