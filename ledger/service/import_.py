"""A clerk's workbook turned into drafts: all of it, or every fault at once.

`import_workbook` only looks; `apply_import` keeps. What survives a crash between its two writes: households
and members in the vault that no entry speaks of yet; the same file imported again finds them and gives them
the same pseudonyms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ledger.books.roles import MAKER_ROLES
from ledger.errors import Fault, Refused
from ledger.limits import FAULTS_MAX_SHOWN
from ledger.ports import Ports
from ledger.service.persons import check_person
from ledger.service.screening import list_names
from ledger.service.slots import list_waiting_slots
from ledger.service.workbooks.accounts import gather_accounts
from ledger.service.workbooks.answered import RoundPart, find_part
from ledger.service.workbooks.assessments import gather_assessments
from ledger.service.workbooks.assets import gather_assets
from ledger.service.workbooks.cases import gather_cases
from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.contracts import gather_contracts
from ledger.service.workbooks.conversion import gather_conversion
from ledger.service.workbooks.funds import gather_funds
from ledger.service.workbooks.grids import gather_grids, gather_visits
from ledger.service.workbooks.groups import gather_groups
from ledger.service.workbooks.honours import gather_honours
from ledger.service.workbooks.households import gather_households
from ledger.service.workbooks.lines import Line
from ledger.service.workbooks.members import gather_members
from ledger.service.workbooks.opening import gather_opening
from ledger.service.workbooks.outside import read_outside
from ledger.service.workbooks.plans import gather_plan
from ledger.service.workbooks.points import gather_points
from ledger.service.workbooks.resolutions import gather_meetings
from ledger.service.workbooks.resources import gather_resources
from ledger.service.workbooks.rulebook import gather_rulebook
from ledger.service.workbooks.scores import gather_scores
from ledger.service.workbooks.shops import gather_shop
from ledger.service.workbooks.stars import gather_stars
from ledger.service.workbooks.stocktakes import gather_stocktakes
from ledger.service.workbooks.tray import Desk, OverlayFacts, Tray
from ledger.service.workbooks.typed import TypedTables, read_typed
from ledger.service.workbooks.volunteering import gather_volunteering
from ledger.service.workbooks.vouchers import gather_vouchers
from ledger.vaults import Draft, Household, Member

__all__ = ["Import", "WorkbookKind", "apply_import", "import_typed", "import_workbook"]


Tables = Mapping[str, tuple[Line, ...]]
TYPED_PLACE = "填的表"
"""Where a fault stands that is of everything that was typed."""
_SAID_AGAIN = {True: "同样的几行交过", False: "这个文件导入过"}


@dataclass(frozen=True, kw_only=True)
class Import:
    """What a workbook would become. With any fault there are no drafts."""

    batch: str  # what its drafts have in common: the same file, or the same rows, again have the same
    drafts: tuple[Draft, ...]
    faults: tuple[Fault, ...]
    households: tuple[Household, ...]  # rows for the vault, written by `apply_import`
    kind: WorkbookKind
    members: tuple[Member, ...]  # the same
    notices: tuple[str, ...]  # what nothing forbids and the clerk should look at once more
    preview: tuple[str, ...]  # what would be posted, line by line, for the clerk alone
    village: str


def import_workbook(
    ports: Ports, *, village: str, kind: WorkbookKind, data: bytes, filename: str, maker: str
) -> Import:
    """Return the drafts that the workbook's bytes give under `kind`, or every fault in them.

    Raises nothing for a person's mistakes; NotFound where the home has no such village. Nothing is kept.
    """
    batch = hashlib.sha256(f"{kind}\n{village}\n".encode() + data).hexdigest()
    place = f"文件「{filename}」"
    return _gather(ports, village, kind, maker, batch, place, lambda: read_outside(data, kind, filename))


def import_typed(
    ports: Ports,
    *,
    village: str,
    kind: WorkbookKind,
    tables: TypedTables,
    maker: str,
    answered: Sequence[Draft] = (),
) -> Import:
    """The same of rows that were typed at the desk; `answered` are the returned drafts that they put right."""
    written = {name: [row for row in rows if any(row)] for name, rows in tables.items()}
    head = f"typed\n{kind}\n{village}\n".encode()
    batch = hashlib.sha256(head + msgspec.json.encode(written, order="sorted")).hexdigest()
    part = find_part(ports.vault, village, answered)
    return _gather(
        ports, village, kind, maker, batch, TYPED_PLACE, lambda: read_typed(kind, tables), part=part
    )


def _gather(
    ports: Ports,
    village: str,
    kind: WorkbookKind,
    maker: str,
    batch: str,
    place: str,
    read: Callable[[], tuple[Tables, list[Fault]]],
    *,
    part: RoundPart | None = None,
) -> Import:
    others = [draft.id for draft in part.others.values()] if part is not None else []
    with ports.ledger.read(village) as reader:
        desk = Desk(
            batch=batch,
            maker=maker,
            names=list_names(ports, village),
            part=part,
            ports=ports,
            reader=reader,
            village=village,
            waiting=list_waiting_slots(ports.vault, village, without=others),
        )
        tray = Tray(desk=desk, facts=OverlayFacts(reader.facts, reader.size))
        tray.refuse(check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES))
        again = _check_again(ports, desk, place)
        tray.refuse(again)
        if not again:
            tables, faults = read()
            tray.refuse(faults)
            _GATHERERS[kind](tray, tables)
    if tray.faults:
        return _build_refusal(kind, village, batch, tray.faults)
    return Import(
        batch=batch,
        drafts=tuple(tray.drafts),
        faults=(),
        households=tuple(tray.households),
        kind=kind,
        members=tuple(tray.members),
        notices=tuple(tray.notices),
        preview=tuple(tray.preview),
        village=village,
    )


def apply_import(ports: Ports, imported: Import, *, answers: Collection[str] = ()) -> None:
    """Keep the drafts and the people they speak of; Refused with its faults, keeping nothing, where it has any.

    The returned drafts `answers` are given up in the same step.
    """
    if imported.faults:
        raise Refused(imported.faults)
    ports.vault.put_households(imported.village, imported.households)
    ports.vault.put_members(imported.village, imported.members)
    ports.vault.put_drafts(imported.village, imported.drafts, answers=answers)


def _check_again(ports: Ports, desk: Desk, place: str) -> list[Fault]:
    """The same bytes, imported as the same kind before, are refused, naming what they became."""
    known = ports.vault.list_batch(desk.village, desk.batch)
    if not known:
        return []
    first, is_typed = known[0], place == TYPED_PLACE
    became = f"已记入第 {first.index} 条" if first.state == "recorded" else f"待审草稿 {first.id}"
    return [
        Fault(
            code="import-duplicate",
            place=place,
            found=f"{_SAID_AGAIN[is_typed]}：{became}（{first.label}）等 {len(known)} 条",
            expected="没有交过的内容" if is_typed else "没有导入过的文件",
            remedy=f"不用再{'交' if is_typed else '导入'}；要重来就先作废那些草稿，已入账的用冲销更正",
        )
    ]


def _build_refusal(kind: WorkbookKind, village: str, batch: str, faults: Sequence[Fault]) -> Import:
    shown = list(faults[:FAULTS_MAX_SHOWN])
    if len(faults) > FAULTS_MAX_SHOWN:
        shown.append(
            Fault(
                code="faults-more",
                place="工作簿",
                found=f"另外还有 {len(faults) - FAULTS_MAX_SHOWN} 处",
                expected="一次列出不超过 " + str(FAULTS_MAX_SHOWN) + " 处",
                remedy="先改好上面列出的，再导入一次",
            )
        )
    return Import(
        batch=batch,
        drafts=(),
        faults=tuple(shown),
        households=(),
        kind=kind,
        members=(),
        notices=(),
        preview=(),
        village=village,
    )


def _gather_points(tray: Tray, tables: Tables) -> None:
    gather_points(tray, tables.get("积分", ()), tables.get("冲销", ()))


def _gather_contracts(tray: Tray, tables: Tables) -> None:
    gather_contracts(tray, *(tables.get(name, ()) for name in ("合同", "变更", "收付款")))


def _gather_assets(tray: Tray, tables: Tables) -> None:
    gather_assets(tray, tables.get("资产", ()), tables.get("资产变动", ()))


def _gather_resources(tray: Tray, tables: Tables) -> None:
    gather_resources(tray, tables.get("资源", ()), tables.get("资源变动", ()))


def _gather_resolutions(tray: Tray, tables: Tables) -> None:
    names = ("决议", "会议经过", "结果公开", "民情恳谈")
    gather_meetings(tray, *(tables.get(name, ()) for name in names))


def _gather_accounts(tray: Tray, tables: Tables) -> None:
    gather_accounts(tray, tables.get("增设", ()), tables.get("停用", ()))


def _gather_shop(tray: Tray, tables: Tables) -> None:
    gather_shop(tray, *(tables.get(name, ()) for name in ("兑换", "商品", "超市", "退回")))


def _gather_volunteering(tray: Tray, tables: Tables) -> None:
    gather_volunteering(tray, *(tables.get(name, ()) for name in ("签到", "任务", "报名")))


def _gather_honours(tray: Tray, tables: Tables) -> None:
    gather_honours(tray, *(tables.get(name, ()) for name in ("名单", "表彰", "撤销")))


def _gather_grids(tray: Tray, tables: Tables) -> None:
    gather_grids(tray, tables.get("网格", ()), tables.get("网格人员", ()))


def _gather_cases(tray: Tray, tables: Tables) -> None:
    gather_cases(tray, tables.get("诉求件", ()), tables.get("办理", ()))


def _gather_stars(tray: Tray, tables: Tables) -> None:
    gather_stars(tray, tables.get("申报", ()), tables.get("评星", ()))


def _gather_assessments(tray: Tray, tables: Tables) -> None:
    gather_assessments(tray, tables.get("考评", ()), tables.get("考评记分", ()))


def _take(name: str, gather: Callable[[Tray, Sequence[Line]], None]) -> Callable[[Tray, Tables], None]:
    return lambda tray, tables: gather(tray, tables.get(name, ()))


_GATHERERS: dict[WorkbookKind, Callable[[Tray, Tables], None]] = {
    "vouchers": _take("凭证", gather_vouchers),
    "points": _gather_points,
    "scores": _take("党员评分", gather_scores),
    "opening": _take("期初余额", gather_opening),
    "households": _take("农户", gather_households),
    "members": _take("党员", gather_members),
    "contracts": _gather_contracts,
    "assets": _gather_assets,
    "resources": _gather_resources,
    "stocktakes": _take("盘点", gather_stocktakes),
    "resolutions": _gather_resolutions,
    "funds": _take("专款", gather_funds),
    "accounts": _gather_accounts,
    "conversion": _take("换科目", gather_conversion),
    "plan": _take("收支计划", gather_plan),
    "rulebook": _take("细则", gather_rulebook),
    "shop": _gather_shop,
    "volunteering": _gather_volunteering,
    "honours": _gather_honours,
    "grids": _gather_grids,
    "visits": _take("走访", gather_visits),
    "cases": _gather_cases,
    "stars": _gather_stars,
    "assessments": _gather_assessments,
    "groups": _take("党小组", gather_groups),
}
