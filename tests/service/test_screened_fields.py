"""Whatever becomes public was held against numbers and names of people before: each public field of each kind of entry.

The fields are read from the shapes of the entries' bodies, so that a new one without a way in this table fails.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping

import msgspec
import pytest

from ledger.books.screening import check_public_text
from ledger.books.values import PublicText
from ledger.data import load_ballots
from ledger.data.templates import load_rules, load_scheme, load_schemes
from ledger.entries import KINDS
from ledger.errors import Fault, Refused
from ledger.home import Home
from ledger.log.keys import ED25519_COSIGNATURE, format_verifier_key, make_signer
from ledger.service.adopt import prepare_description, prepare_rulebook, prepare_scheme
from ledger.service.answering import prepare_answer
from ledger.service.ballots import ask_ballot
from ledger.service.concerns import prepare_acknowledgement
from ledger.service.limits import prepare_limits
from ledger.service.policies import prepare_policy
from ledger.service.rotate import prepare_rotation
from ledger.service.schemes import list_texts
from ledger.service.workbooks.columns import WorkbookKind
from ledger.service.workbooks.grid_columns import POST_NAMES
from ledger.state.objections import find_objection
from ledger.upkeep.loss import Loss, refuse_loss
from ledger.vaults import Household
from tests.builders import VILLAGE, build_objection, make_id
from tests.homes import VillageHome, open_village
from tests.polls import ASKING
from tests.service.importing import (
    ACCOUNT,
    ASSET,
    CASE_STEP,
    CONTRACT,
    COUNTED,
    FORUM,
    FUND,
    GOODS,
    GRANTED,
    GROUPED,
    HOLDER,
    MEMBERS,
    PAPER,
    PAPER_PAID,
    PLAN,
    POST,
    RESOLUTION,
    RESOURCE,
    RETURNED,
    RULE,
    SHOP,
    STAR,
    STAR_STEP,
    STEPS,
    TASK,
    UNIT,
    ImportDesk,
    Row,
    make_book,
)

_HEAD = POST_NAMES["head"]
NAME = "样大山"
NUMBERS = {
    "text-identity-number": "110101199003070000",
    "text-telephone": "13800001234",
    "text-bank-card": "6222020000000000000",
}
POISON = NUMBERS | {"text-name": f"付{NAME}的工钱"}
"""By the code that refuses it."""

Way = Callable[[VillageHome, ImportDesk, str], list[Fault]]


def list_fields() -> Iterator[tuple[str, str]]:
    """Every public text of every kind, as kind and path within its body."""
    for kind, row in KINDS.items():
        yield from ((kind, path) for path in _walk(row.body, ""))


def _walk(shape: object, path: str) -> Iterator[str]:
    if shape is PublicText:
        yield path
    elif typing.get_origin(shape) is not None:
        for part in typing.get_args(shape):
            yield from _walk(part, path)
    elif isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        for name, hint in typing.get_type_hints(shape).items():
            yield from _walk(hint, f"{path}.{name}".lstrip("."))


def refuse(call: Callable[[], object]) -> list[Fault]:
    with pytest.raises(Refused) as refused:
        call()
    return list(refused.value.faults)


def _describe(field: str) -> Way:
    def way(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
        said = {"name": "石榴河村", "township": "样例县", "telephone": "0000-0000000"} | {field: text}
        return refuse(lambda: prepare_description(village.home, VILLAGE, maker=village.clerk.user, **said))

    return way


def _voucher(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        reversal = {"冲销凭证号": "2026-10-001"} if header == "原因" else {}
        rows = [PAPER | reversal | {header: text}, PAPER_PAID]
        return list(desk.read("vouchers", make_book("vouchers", rows)).faults)

    return way


def _adopt(prepare: Callable[..., object]) -> Way:
    def way(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
        return refuse(
            lambda: prepare(
                village.home, VILLAGE, maker=village.clerk.user, period="2026-11", resolution=text
            )
        )

    return way


def _sign(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        return list(desk.read("contracts", make_book("contracts", [CONTRACT | {header: text}])).faults)

    return way


def _change(what: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        row = {"合同编号": "HT-0001", "事项": what, "日期": "2026-10-20", "原因": text}
        return list(desk.read("contracts", make_book("contracts", [], others={"变更": [row]})).faults)

    return way


def _fill(kind: WorkbookKind, row: Row, header: str, sheet: str = "") -> Way:
    """Type a text on a kind's first sheet, or on another."""

    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        rows, others = ([], {sheet: [row | {header: text}]}) if sheet else ([row | {header: text}], None)
        return list(desk.read(kind, make_book(kind, rows, others=others)).faults)

    return way


_MOVED: Row = {"资产编号": "ZC-0001", "事项": "变动", "日期": "2026-10-20", "原因": "换了地方"}
_RIVER: Row = {"资源编号": "ZY-0001", "日期": "2026-10-20", "原因": "修路占用"}
_ASSET_TEXTS = {
    "condition": "状况",
    "keeper": "保管岗位",
    "model": "型号规格",
    "name": "名称",
    "place": "存放地点",
    "unit": "单位",
}
_PLOT_TEXTS = {
    "certificate": "证书",
    "east": "东至",
    "name": "地块名称",
    "north": "北至",
    "place": "坐落",
    "south": "南至",
    "use": "用途",
    "west": "西至",
}
_REGISTERS: dict[tuple[str, str], tuple[Way, Mapping[str, str]]] = {
    **{
        ("asset.registered", name): (_fill("assets", ASSET, header), POISON)
        for name, header in _ASSET_TEXTS.items()
    },
    **{
        ("asset.changed", name): (_fill("assets", _MOVED, header, "资产变动"), POISON)
        for name, header in {**_ASSET_TEXTS, "reason": "原因"}.items()
        if name not in ("model", "name", "unit")
    },
    ("asset.disposed", "reason"): (
        _fill("assets", _MOVED | {"事项": "处置", "处置方式": "出售"}, "原因", "资产变动"),
        POISON,
    ),
    **{
        ("resource.registered", name): (_fill("resources", RESOURCE, header), POISON)
        for name, header in _PLOT_TEXTS.items()
    },
    **{
        ("resource.changed", name): (_fill("resources", _RIVER, header, "资源变动"), POISON)
        for name, header in {"certificate": "证书", "reason": "原因", "use": "用途"}.items()
    },
    ("stocktake.recorded", "counters"): (_fill("stocktakes", COUNTED, "清点岗位"), POISON),
    ("stocktake.recorded", "lines.note"): (_fill("stocktakes", COUNTED, "盘点说明"), POISON),
}


def _resolve(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        book = make_book("resolutions", [RESOLUTION | {header: text}], others={"会议经过": STEPS})
        return list(desk.read("resolutions", book).faults)

    return way


def _tell_meeting(sheet: str, header: str) -> Way:
    outcome = {"决议编号": "JY-2026-001", "日期": "2026-10-20", "实施结果": "修好了"}
    row = {"结果公开": outcome, "民情恳谈": FORUM}[sheet]

    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        book = make_book("resolutions", [], others={sheet: [{**row, header: text}]})
        return list(desk.read("resolutions", book).faults)

    return way


def _open_fund(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        return list(desk.read("funds", make_book("funds", [FUND | {header: text}])).faults)

    return way


def _stock_shop(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    others = {"商品": [GOODS | {"商品名称": text}], "超市": [SHOP]}
    return list(desk.read("shop", make_book("shop", [], others=others)).faults)


def _bring_back(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    others = {"退回": [RETURNED | {"原因": text}]}
    return list(desk.read("shop", make_book("shop", [], others=others)).faults)


def _register_grid(sheet: str, header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        change = {sheet: {header: text}}
        others = {"网格人员": [POST | {"职务": _HEAD} | change.get("网格人员", {})]}
        book = make_book("grids", [UNIT | change.get("网格", {})], others=others)
        return list(desk.read("grids", book).faults)

    return way


def _group(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    return list(desk.read("groups", make_book("groups", [GROUPED | {"党小组名称": text}])).faults)


def _grant(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    book = make_book("honours", [HOLDER], others={"表彰": [GRANTED | {"荣誉名称": text}]})
    return list(desk.read("honours", book).faults)


def _withdraw(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    book = make_book("honours", [], others={"撤销": [HOLDER | {"原因": text}]})
    return list(desk.read("honours", book).faults)


def _move_case(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    book = make_book("cases", [], others={"办理": [CASE_STEP | {"内容": text}]})
    return list(desk.read("cases", book).faults)


def _apply_for_stars(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        return list(desk.read("stars", make_book("stars", [STAR | {header: text}])).faults)

    return way


def _move_star(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        book = make_book("stars", [], others={"评星": [STAR_STEP | {header: text}]})
        return list(desk.read("stars", book).faults)

    return way


def _offer_task(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        book = make_book("volunteering", [], others={"任务": [TASK | {header: text}]})
        return list(desk.read("volunteering", book).faults)

    return way


def _add_account(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    return list(desk.read("accounts", make_book("accounts", [ACCOUNT | {"明细科目名称": text}])).faults)


def _close_account(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    row = {"科目代码": "11203", "原因": text}
    return list(desk.read("accounts", make_book("accounts", [], others={"停用": [row]})).faults)


def _plan(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    return list(desk.read("plan", make_book("plan", [PLAN | {"决议": text}])).faults)


def _rule(header: str) -> Way:
    def way(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
        return list(desk.read("rulebook", make_book("rulebook", [RULE | {header: text}])).faults)

    return way


def _answer(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
    with village.home.ledger.read(VILLAGE) as reader:
        is_there = find_objection(reader.facts, village.home.reference, "YY-2026-0001") is not None
    if not is_there:
        village.record(build_objection(village.texts))
    return refuse(
        lambda: prepare_answer(
            village.home,
            VILLAGE,
            "YY-2026-0001",
            village.clerk.user,
            answer=text,
            followed_by=(),
            outcome="explained",
        )
    )


def _reverse_points(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    row = {"月份": "2026-10", "原月份": "2026-10", "户号": "0217", "规则编号": "B01", "原因": text}
    return list(desk.read("points", make_book("points", [], others={"冲销": [row]})).faults)


def _name_branch(_village: VillageHome, desk: ImportDesk, text: str) -> list[Fault]:
    return list(desk.read("members", make_book("members", [MEMBERS[0] | {"支部名称": text}])).faults)


def _rotate(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
    return refuse(
        lambda: prepare_rotation(
            village.home, VILLAGE, maker=village.clerk.user, reason=text, new_key="mingbai/x+00000000+AAAA"
        )
    )


def _adopt_policy(field: str) -> Way:
    key = format_verifier_key(make_signer("town.example/w", bytes(32), ED25519_COSIGNATURE).key)

    def way(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
        name, resolution = (text, "村民代表会议通过") if field == "text" else ("镇", text)
        policy = f"witness {name} {key} https://town.example/w\nquorum {name}\n"
        return refuse(
            lambda: prepare_policy(
                village.home,
                VILLAGE,
                maker=village.clerk.user,
                text=policy.encode(),
                resolution=resolution,
            )
        )

    return way


def _limit(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
    return refuse(
        lambda: prepare_limits(
            village.home, VILLAGE, maker=village.clerk.user, second_fen=1, third_fen=0, resolution=text
        )
    )


def _acknowledge(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
    return refuse(
        lambda: prepare_acknowledgement(
            village.home,
            VILLAGE,
            maker=village.clerk.user,
            key="cash-limit/2026-10-001",
            entries=(),
            amount_fen=0,
            reason=text,
        )
    )


def _refound(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
    loss = Loss(checker=village.supervisor.user, maker=village.clerk.user, reason=text, village=VILLAGE)
    home: Home = village.home
    return refuse(lambda: refuse_loss(home, loss))


def _ask_ballot(field: str) -> Way:
    def way(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
        asking = ASKING._replace(**{field: text})
        return refuse(lambda: ask_ballot(village.home, VILLAGE, village.clerk.user, asking))

    return way


def _list_choices() -> list[str]:
    return [choice for scale in load_ballots().scales.values() for choice in scale.choices]


def _ships(texts: Callable[[], list[str]]) -> Way:
    """Nobody types these: what ships with the program is looked at instead, and the poison itself is refused."""

    def way(_village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
        assert [said for said in texts() if check_public_text(said, "", frozenset({NAME}))] == []
        return check_public_text(text, "", frozenset({NAME}))

    return way


def _write_scheme(*places: str) -> Way:
    """A scheme of the village's own, in which one text is another."""

    def way(village: VillageHome, _desk: ImportDesk, text: str) -> list[Fault]:
        replace, known = msgspec.structs.replace, load_scheme("secretary-stars")
        graded = {"grades": ("差", "一般", "好", "很好", "最好")}
        faults: list[list[Fault]] = []
        for changes in (
            {"title": text},
            {"steps": (text,)},
            {"grades": (text, "一般", "好", "很好", "最好")},
            {"components": (replace(known.components[0], title=text), known.components[1])},
            *(
                {"items": (replace(known.items[0], **{part: text}), *known.items[1:])}
                for part in ("group", "item", "unit")
            ),
        ):
            if set(changes) & set(places):
                template = replace(known, **(graded | changes))
                faults.append(
                    refuse(
                        lambda template=template: prepare_scheme(
                            village.home,
                            VILLAGE,
                            maker=village.clerk.user,
                            period="2026-11",
                            resolution="党员大会通过",
                            template=template,
                        )
                    )
                )
        codes = [{fault.code for fault in found} for found in faults]
        shared = set.intersection(*codes)
        return [fault for found in faults for fault in found if fault.code in shared]

    return way


def _list_rules() -> list[str]:
    return [part for rule in load_rules().rules for part in (rule.evidence, rule.group, rule.item, rule.unit)]


def _list_schemes() -> list[str]:
    return [text for scheme in load_schemes().values() for text in list_texts(scheme).values()]


_PERSONS = {"handler": "经手人", "approver": "审批人", "bookkeeper": "记账员"}
_SUMMARIES = {"voucher.recorded": "摘要", "voucher.reversed": "原因", "voucher.replaced": "摘要"}
WAYS: Mapping[tuple[str, str], tuple[Way, Mapping[str, str]]] = {
    ("village.described", "name"): (_describe("name"), POISON),
    ("village.described", "township"): (_describe("township"), POISON),
    # An office's telephone may be one, and nothing else.
    ("village.described", "telephone"): (
        _describe("telephone"),
        {"text-identity-number": NUMBERS["text-identity-number"], "telephone-form": NAME},
    ),
    # Who acts in an office is published with the office, masked: a name is right there; a number never is.
    **{
        (kind, field): (_voucher(header), NUMBERS)
        for kind in _SUMMARIES
        for field, header in _PERSONS.items()
    },
    **{
        (kind, "reason" if header == "原因" else "summary"): (_voucher(header), POISON)
        for kind, header in _SUMMARIES.items()
    },
    ("rulebook.adopted", "resolution"): (_adopt(prepare_rulebook), POISON),
    ("rulebook.adopted", "rules.text"): (_ships(_list_rules), POISON),
    ("points.reversed", "reason"): (_reverse_points, POISON),
    ("scheme.adopted", "resolution"): (_adopt(prepare_scheme), POISON),
    ("scheme.adopted", "components.text"): (_write_scheme("components"), POISON),
    ("scheme.adopted", "grades"): (_write_scheme("grades"), POISON),
    ("scheme.adopted", "items.text"): (_write_scheme("items"), POISON),
    ("scheme.adopted", "steps"): (_write_scheme("steps"), POISON),
    ("scheme.adopted", "title"): (_write_scheme("title"), POISON),
    ("branch.registered", "name"): (_name_branch, POISON),
    ("key.rotated", "reason"): (_rotate, POISON),
    ("policy.adopted", "resolution"): (_adopt_policy("resolution"), POISON),
    ("policy.adopted", "text"): (_adopt_policy("text"), POISON),
    ("limits.adopted", "resolution"): (_limit, POISON),
    ("log.refounded", "reason"): (_refound, POISON),
    ("contract.signed", "resolution"): (_sign("决议"), POISON),
    ("contract.signed", "subject"): (_sign("标的"), POISON),
    ("contract.signed", "title"): (_sign("合同名称"), POISON),
    ("contract.signed", "use"): (_sign("用途"), POISON),
    ("contract.amended", "reason"): (_change("变更"), POISON),
    ("contract.ended", "reason"): (_change("终止"), POISON),
    ("contract.voided", "reason"): (_change("作废"), POISON),
    **_REGISTERS,
    ("resolution.recorded", "title"): (_resolve("议题"), POISON),
    ("resolution.recorded", "wording"): (_resolve("决议内容"), POISON),
    ("resolution.reported", "result"): (_tell_meeting("结果公开", "实施结果"), POISON),
    ("forum.held", "topics"): (_tell_meeting("民情恳谈", "话题"), POISON),
    ("forum.held", "promises"): (_tell_meeting("民情恳谈", "答应的事"), POISON),
    ("fund.opened", "name"): (_open_fund("专款名称"), POISON),
    ("fund.opened", "source"): (_open_fund("来源"), POISON),
    ("fund.opened", "use"): (_open_fund("只能用于"), POISON),
    ("shop.adopted", "goods.name"): (_stock_shop, POISON),
    ("redemption.reversed", "reason"): (_bring_back, POISON),
    ("grids.registered", "units.name"): (_register_grid("网格", "名称"), POISON),
    # What is shown is the mask of the name that is typed.
    ("grids.registered", "units.offices.shown"): (_register_grid("网格人员", "姓名"), NUMBERS),
    ("branch.grouped", "groups.name"): (_group, POISON),
    ("honours.granted", "title"): (_grant, POISON),
    ("honour.reversed", "reason"): (_withdraw, POISON),
    ("case.moved", "words"): (_move_case, POISON),
    ("star.declared", "evidence"): (_apply_for_stars("材料"), POISON),
    ("star.declared", "secretary"): (_apply_for_stars("书记姓名"), NUMBERS),
    ("star.declared", "words"): (_apply_for_stars("事迹"), POISON),
    ("star.moved", "by"): (_move_star("由谁"), POISON),
    ("star.moved", "evidence"): (_move_star("材料"), POISON),
    ("star.moved", "words"): (_move_star("说明"), POISON),
    ("task.offered", "place"): (_offer_task("地点"), POISON),
    ("task.offered", "title"): (_offer_task("任务名称"), POISON),
    ("accounts.added", "accounts.title"): (_add_account, POISON),
    ("plan.adopted", "resolution"): (_plan, POISON),
    ("accounts.closed", "reason"): (_close_account, POISON),
    ("concern.acknowledged", "reason"): (_acknowledge, POISON),
    ("objection.answered", "answer"): (_answer, POISON),
    **{("ballot.opened", field): (_ask_ballot(field), POISON) for field in ("questions", "title", "units")},
    ("ballot.opened", "choices"): (_ships(_list_choices), POISON),
}
"""How each public field is typed, and what must be refused there."""


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VillageHome]:
    with open_village(tmp_path_factory.mktemp("screened") / "home") as opened:
        opened.home.vault.put_households(VILLAGE, [build_household()])
        yield opened


@pytest.fixture(scope="module")
def desk() -> ImportDesk:
    desk = ImportDesk()
    desk.ports.vault.put_households(VILLAGE, [build_household()])
    return desk


def test_what_ships_of_schemes_names_nobody() -> None:
    assert [said for said in _list_schemes() if check_public_text(said, "", frozenset({NAME}))] == []


def build_household() -> Household:
    return Household(consents=frozenset(), group=1, household=make_id("h", 0), name=NAME, number="0217")


def test_every_public_field_of_every_kind_stands_in_the_table() -> None:
    fields = set(list_fields())

    assert len(fields) > 20
    assert ("rulebook.adopted", "rules.text") in fields  # However deep one stands.
    assert fields == set(WAYS)


@pytest.mark.parametrize(
    ("kind", "field", "code"),
    [(kind, field, code) for (kind, field), (_, poison) in WAYS.items() for code in poison],
)
def test_a_public_field_refuses_what_is_personal(
    village: VillageHome, desk: ImportDesk, kind: str, field: str, code: str
) -> None:
    way, poison = WAYS[kind, field]

    faults = way(village, desk, poison[code])

    assert code in {fault.code for fault in faults}
    told = "".join(fault.found + fault.remedy for fault in faults if fault.code == code)
    assert not [number for number in NUMBERS.values() if number in told]
