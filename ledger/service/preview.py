"""Lines in which a workbook's rows, and the drafts they became, are shown: the same to the clerk and to the checker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from ledger.books import resolutions, score_figures
from ledger.books.accounts import Chart, find_account
from ledger.books.cases import SOURCE_NAMES, CaseOpened
from ledger.books.components import Score
from ledger.books.contracts import (
    DIRECTION_NAMES,
    PARTY_NAMES,
    PROCEDURE_NAMES,
    Change,
    ContractAmended,
    ContractEnded,
    ContractSigned,
    Direction,
    Due,
    sum_dues,
)
from ledger.books.conversion import Move
from ledger.books.dues import PaidDue
from ledger.books.funds import FundOpened
from ledger.books.honours import HonoursGranted
from ledger.books.money import format_yuan
from ledger.books.objections import CAME_NAMES, OUTCOME_NAMES, ObjectionAnswered, ObjectionRaised, tell_kind
from ledger.books.plans import PlanAdopted
from ledger.books.points import CONSENT_NAMES, Rule, RulebookAdopted, is_sealed
from ledger.books.reconciliation import BankReconciled, adjust
from ledger.books.resolutions import MEETING_NAMES, ForumHeld, ResolutionRecorded
from ledger.books.revisions import Change as Reworded
from ledger.books.revisions import Terms, compare_versions
from ledger.books.scores import SchemeAdopted, SchemeItem
from ledger.books.shops import ShopAdopted
from ledger.books.star_steps import StarDeclared, StarMoved, name_stars, name_subject
from ledger.books.subaccounts import name_in_full
from ledger.books.values import PublicText
from ledger.books.volunteering import TaskOffered
from ledger.books.vouchers import (
    AccountBalance,
    Posting,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.entries import Body
from ledger.figures.rulebooks import ReadRule, list_terms
from ledger.state.contracts import Contract
from ledger.state.private import Agreement
from ledger.vaults import Household, Member

SIDES = {"debit": "借", "credit": "贷"}
_SEALED = "（整行密封）"


def preview_voucher(label: str, day: str, attachments: int, persons: Mapping[str, str]) -> str:
    """Return the first line of a voucher; `persons` are names by what each answers for."""
    named = " ".join(f"{duty} {name}" for duty, name in persons.items())
    return f"{label}　{day} 附件 {attachments} 张 {named}"


def preview_postings(chart: Chart, postings: Iterable[Posting | AccountBalance]) -> Iterator[str]:
    """Yield a line for each posting or balance."""
    for posting in postings:
        account = find_account(chart, posting.account)
        name = f" {account.name}" if account is not None else ""
        yield f"　{SIDES[posting.side]} {posting.account}{name} {format_yuan(posting.amount_fen)}"


def preview_added(chart: Chart, titles: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each sub-account that is added; one may detail another of them."""
    for code, title in titles.items():
        above = code[:-2]
        yield f"　增设 {code} {title}（上级：{above} {titles.get(above) or name_in_full(chart, above)}）"


def preview_move(old: Chart, new: Chart, move: Move) -> str:
    """Return the line of a balance that goes from an account of the old chart to one of the new."""
    names = name_in_full(old, move.account), name_in_full(new, move.becomes)
    amount = f"{SIDES[move.side]} {format_yuan(move.amount_fen)}"
    return f"　{move.account} {names[0]} → {move.becomes} {names[1]} {amount}"


def preview_plan(
    chart: Chart, body: PlanAdopted, before: PlanAdopted | None, resolution: str
) -> Iterator[str]:
    """Yield what a year's plan says, with what the version before said where that was otherwise."""
    yield f"　怎样通过：{resolution}"
    old = {line.account: line.amount_fen for line in before.lines} if before is not None else {}
    for line in body.lines:
        was = (
            f"，原为 {format_yuan(old[line.account])}"
            if old.get(line.account, line.amount_fen) != line.amount_fen
            else ""
        )
        yield f"　{line.account} {name_in_full(chart, line.account)} {format_yuan(line.amount_fen)}{was}"
    for code in sorted(old.keys() - {line.account for line in body.lines}):
        yield f"　删去 {code} {name_in_full(chart, code)}，原为 {format_yuan(old[code])}"


def preview_consents(agreement: Agreement) -> str:
    """Return what a household consented to."""
    given = [title for name, title in CONSENT_NAMES.items() if getattr(agreement, name)]
    return "、".join(given) or "都不同意"


def preview_about(contract: str, title: str) -> str:
    """Return the line of the contract that a voucher is about."""
    return f"　按合同 {contract} {title}".rstrip()


def name_known(known: Household | Member) -> str:
    """Return number and name of a household or member, which is what whoever passes a draft knows them by."""
    return f"{known.number} {known.name}"


def preview_under(number: str, title: str) -> str:
    """Return the line of the resolution that lets a voucher or a contract spend."""
    return f"　依据决议 {number} {title}".rstrip()


def preview_of_fund(number: str, name: str, recipients: int) -> str:
    """Return the line of the fund that a voucher gives or spends, and of how many received it."""
    told = f"，{recipients} 人领取" if recipients else ""
    return f"　专款 {number} {name}".rstrip() + told


def preview_resolution(body: ResolutionRecorded, wording: str) -> Iterator[str]:
    """Yield what a resolution says, and the steps that led to it."""
    yield f"　决议内容：{wording}"
    yield f"　{resolutions.PROCEDURE_NAMES[body.procedure]}，{resolutions.OUTCOME_NAMES[body.outcome]}"
    for step in body.steps:
        yield (
            f"　{step.held_on} {MEETING_NAMES[step.meeting]}：应到 {step.entitled}，实到 {step.present}，"
            f"赞成 {step.favoured}、反对 {step.against}、弃权 {step.abstained}"
        )
    allowed = f"最多 {format_yuan(body.amount_fen)} 元" if body.amount_fen else "不开支"
    yield f"　准许开支：{allowed}" + (f"，到 {body.valid_until} 为止" if body.valid_until else "")
    yield f"　会议记录：{body.minutes_pages} 页"
    if body.minutes:
        yield f"　记录文件指纹 SHA-256 {body.minutes}"


def preview_result(day: str, result: str) -> Iterator[str]:
    """Yield what became of a resolution."""
    yield f"　日期：{day}"
    yield f"　实施结果：{result}"


def preview_forum(body: ForumHeld, day: str, topics: str, promises: str) -> Iterator[str]:
    """Yield what a forum heard and promised."""
    yield f"　日期：{day}，到场 {body.present} 人"
    yield f"　话题：{topics}"
    yield f"　答应的事：{promises}"


def preview_fund(body: FundOpened, day: str, account: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what a fund is for; `account` is the name of its account, `texts` its public ones by their headers."""
    yield from (f"　{header}：{text}" for header, text in texts.items())
    yield f"　设立日期：{day}"
    yield f"　记在科目 {body.account} {account}".rstrip()
    if body.opening_fen:
        yield f"　开账时结余：{format_yuan(body.opening_fen)} 元"


def preview_contract(body: ContractSigned, day: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what a contract that was signed on a day says.

    `texts` are its public texts and the counterparty's name, by the headers of the workbook.
    """
    yield f"　对方：{texts['对方']}（{PARTY_NAMES[body.party]}，{PROCEDURE_NAMES[body.chosen_by]}）"
    yield from (f"　{header}：{texts[header]}" for header in ("标的", "用途", "决议"))
    if body.subject_number:
        yield f"　标的编号：{body.subject_number}"
    if body.resolution_number:
        yield preview_under(body.resolution_number, "")
    yield f"　签订日期：{day}"
    yield f"　合同期：{body.begins_on} 至 {body.ends_on}"
    if body.area_mu_hundredths:
        yield f"　面积：{format_yuan(body.area_mu_hundredths)} 亩"
    if body.floor_fen:
        yield f"　底价：一年 {format_yuan(body.floor_fen)} 元"
    if body.units:
        yield f"　件数：{body.units}"
    if body.deposit_fen:
        yield f"　押金：{format_yuan(body.deposit_fen)} 元"
    yield from _preview_dues(body.dues, body.direction)


def preview_change(contract: Contract | None, body: Change, day: str, reason: str) -> Iterator[str]:
    """Yield what a change of a contract on a day says, and what of its dues it takes away.

    `contract` is None where the register has none of this number, which is refused elsewhere.
    """
    yield f"　原因：{reason}"
    if isinstance(body, ContractAmended):
        if body.resolution_number:
            yield preview_under(body.resolution_number, "")
        yield f"　{body.from_on} 以前的照旧，从那天起换成："
        yield from _preview_dues(body.dues, contract.signed.direction if contract is not None else "receives")
    elif isinstance(body, ContractEnded):
        yield f"　{body.ended_on} 以后到期的都不算，以前还没付的照付"
    else:
        yield "　登记错了：当作没有这一份，它的收付款都不算，编号也不再用"
    if contract is not None:
        yield from _preview_dropped(contract.list_dropped(body), day)


def _preview_dropped(dropped: Sequence[PaidDue], day: str) -> Iterator[str]:
    """Tell what falls away, and what of it was due and unpaid: who passes it forgives that."""
    if dropped:
        total_fen = sum_dues(item.due for item in dropped)
        yield f"　原来的 {len(dropped)} 笔共 {format_yuan(total_fen)} 元不再算"
    overdue_fen = sum(item.unpaid_fen for item in dropped if item.due.due_on <= day)
    if overdue_fen:
        yield f"　注意：其中 {format_yuan(overdue_fen)} 元到 {day} 已经到期、还没付"


def _preview_dues(dues: Iterable[Due], direction: Direction) -> Iterator[str]:
    lines = [f"　{due.due_on} {DIRECTION_NAMES[direction]} {format_yuan(due.amount_fen)}" for due in dues]
    yield from lines or ["　没有收付款日历"]


def preview_reconciled(body: BankReconciled) -> Iterator[str]:
    """Yield what a month's comparison with the bank came to."""
    adjusted = adjust(body)
    yield f"　{body.accounts} 个银行账户，对账单这个月 {body.lines} 笔，第 {body.version} 次对"
    yield f"　银行余额 {format_yuan(body.bank_fen)}，调节后 {format_yuan(adjusted.bank_fen)}"
    yield f"　账上余额 {format_yuan(body.book_fen)}，调节后 {format_yuan(adjusted.book_fen)}"
    for item in body.items:
        who = "账上有，银行没有" if item.known_to == "books" else "银行有，账上没有"
        side = "收" if item.side == "in" else "付"
        yield f"　{who}：{item.occurred_on} {side} {format_yuan(item.amount_fen)} {item.number}".rstrip()


def name_about(about: str) -> str:
    """Return in words what an objection is about, or what an answer names."""
    named = {"sheet": f"公开表 {about}", "contract": f"合同 {about}", "entry": f"第 {about} 条记录"}
    return named.get(tell_kind(about), "别的事")


def name_entry(body: Body, index: int) -> str:
    """Return what a line calls an entry: where it is a voucher or a contract, by its number too."""
    if isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed):
        return f"凭证 {body.number}（第 {index} 条记录）"
    if isinstance(body, ContractSigned):
        return f"合同 {body.number}（第 {index} 条记录）"
    return f"第 {index} 条记录"


def preview_objection(body: ObjectionRaised, day: str) -> Iterator[str]:
    """Yield what of an objection that came on a day becomes public."""
    yield f"　关于：{name_about(body.about)}"
    yield f"　{day} 收到（{CAME_NAMES[body.came]}）"


def preview_answer(body: ObjectionAnswered, answer: str) -> Iterator[str]:
    """Yield what an answer says."""
    yield f"　结果：{OUTCOME_NAMES[body.outcome]}"
    yield f"　答复（会公开）：{answer}"
    if body.followed_by:
        yield f"　更正：{'、'.join(name_about(name) for name in body.followed_by)}"


def preview_award(whose: str, rule: Rule, title: str, quantity: int, evidence: str) -> str:
    """Return the line of what a household is awarded."""
    worth = f"{rule.points} × {quantity} = {rule.points * quantity} 分"
    return f"　户 {whose} {rule.code} {title} {worth}{_SEALED if is_sealed(rule) else ''}　{evidence}"


def preview_taken(whose: str, rule: str, evidence: str) -> str:
    """Return the line of an award that is taken back."""
    return f"　户 {whose} {rule} 证据 {evidence}"


def preview_shop(body: ShopAdopted, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what a version of the points shop says; `names` are those of its goods by code."""
    yield f"　积分年度：{body.first_period} 至 {body.last_period}，到时没换的积分清零"
    yield f"　预算：{format_yuan(body.budget_fen)} 元"
    yield preview_under(body.resolution, "")
    for item in body.goods:
        worth = f"{item.points} 分，成本 {format_yuan(item.cost_fen)} 元，一共进货 {item.stock} 件"
        yield f"　{item.code} {names[item.code]}：{worth}"


def preview_redeemed(whose: tuple[str, str, str], goods: str, quantity: int, points: int) -> str:
    """Return the line of what a household took; `whose` is its number and name, the day, and the receipt's
    number.
    """
    household, day, receipt = whose
    return f"　户 {household} {day} 收据 {receipt} {goods} {quantity} 件，{points} 分"


def format_hours(hours_hundredths: int) -> str:
    """Return hours without noughts that say nothing: 4, 2.5."""
    return f"{hours_hundredths / 100:.2f}".rstrip("0").rstrip(".")


def preview_task(body: TaskOffered, place: str) -> Iterator[str]:
    """Yield what a task for volunteers says."""
    yield f"　日期：{body.held_on}"
    yield f"　地点：{place}"
    yield f"　需要 {body.needed} 人"
    yield f"　每 {format_hours(body.unit_hours_hundredths)} 小时算 {body.rule} 一次"


def preview_granted(body: HonoursGranted) -> Iterator[str]:
    """Yield what a granting says besides its title and who holds it."""
    yield f"　评到：{body.until}"
    if body.resolution:
        yield preview_under(body.resolution, "")


def preview_holder(number: str, name: str) -> str:
    """Return the line of who holds an honour; `name` is empty where the household does."""
    return f"　户 {number} {name}".rstrip()


def preview_case(
    body: CaseOpened, received_on: str, category: str, household: str, said: tuple[str, str]
) -> Iterator[str]:
    """Yield what a case says; `said` is what was reported and how whoever did can be reached."""
    wording, contact = said
    yield f"　{received_on} 收到，{SOURCE_NAMES[body.source]}：{category}"
    yield f"　反映的事：{wording}"
    yield f"　反映的人：{f'户 {household}' if household else '没有写是哪一户'}"
    yield f"　联系方式：{contact or '没有留'}"
    if body.grid:
        yield f"　网格 {body.grid}"
    yield f"　{body.verify_by} 前核实，{body.handle_by} 前答复"


def preview_step(day: str, words: str) -> Iterator[str]:
    """Yield on which day a step of a case was done, and what it says."""
    yield f"　{day}{'：' if words else ''}{words}"


def preview_star(body: StarDeclared, day: str, secretary: str, words: str, evidence: str) -> Iterator[str]:
    """Yield what an application for stars says; `secretary` is the name of one who applies, empty for a branch."""
    who = f"支部 {body.branch} {name_subject(body.subject)}{f' {secretary}' if secretary else ''}"
    yield f"　{day} {who}申报 {body.year} 年的{name_stars(body.stars)}：{words}"
    yield f"　材料：{evidence}{_tell_files(body.files)}"


def preview_star_step(body: StarMoved, day: str, by: str, words: str, evidence: str) -> Iterator[str]:
    """Yield what a step to a star says."""
    yield f"　{day} {by}：{name_stars(body.stars)}。{words}"
    if evidence or body.files:
        yield f"　材料：{evidence}{_tell_files(body.files)}"


def _tell_files(files: Sequence[str] | None) -> str:
    return f"（{len(files)} 个文件的指纹）" if files else ""


def preview_mark(whose: str, item: SchemeItem, title: str, quantity: int, evidence: str) -> str:
    """Return the line of a member's mark."""
    worth = f"{item.points} × {quantity} = {item.points * quantity} 分"
    return f"　党员 {whose} {item.code} {title} {worth}{_SEALED if item.points < 0 else ''}　{evidence}"


def preview_cards(cards: Iterable[tuple[str, int, str]], marked: Collection[str]) -> Iterator[str]:
    """Yield the lines of members' cards: whose, score, and `earned`, its stars or its grade. Those of
    members who are not `marked`, which are all alike, are one line after them.
    """
    alike: dict[tuple[int, str], list[str]] = {}
    alone: list[tuple[str, int, str]] = []
    for whose, score, earned in cards:
        if whose in marked:
            alone.append((whose, score, earned))
        else:
            alike.setdefault((score, earned), []).append(whose)
    alone += [(names[0], *card) for card, names in alike.items() if len(names) == 1]
    yield from (preview_card(*one) for one in sorted(alone))
    for (score, earned), names in alike.items():
        if len(names) > 1:
            yield f"　另 {len(names)} 名没有得分记录，各 {score} 分，{earned}"


def preview_card(whose: str, score: int, earned: str) -> str:
    """Return the line of a member's card; `earned` are its stars or its grade."""
    return f"　评分卡 {whose}：{score} 分，{earned}"


def preview_components(score: Score, titles: Mapping[str, str]) -> str:
    """Return what each component of a score gives, in brackets; `titles` are by code."""
    return f"（{tell_components(score, titles)}）"


def tell_components(score: Score, titles: Mapping[str, str]) -> str:
    """Return what each component of a score gives; empty where the scheme has none. `titles` are by code."""
    return "，".join(
        f"{part.code} {titles[part.code]} {format_points(part.score)} 分占 {part.weight}%"
        for part in score.components
        if part.code
    )


def format_points(score: Fraction) -> str:
    """Return a component's points as people read them: exact where they are whole, else to hundredths, cut off."""
    return str(score) if score.denominator == 1 else f"约 {int(score * 100) / 100:.2f}"


def preview_rank(scheme: SchemeAdopted, stars: int, read: Callable[[PublicText], str]) -> str:
    """Return so many stars, or the grade of that rank, as people say it."""
    at = next((number for number, cut in enumerate(scheme.stars) if cut.stars == stars), None)
    return score_figures.name_stars(stars) if scheme.grades is None or at is None else read(scheme.grades[at])


def preview_rule(read: ReadRule) -> str:
    """Return a rule of a rulebook as one line."""
    rule, wording = read.rule, read.wording
    said = f"　{rule.code} {wording.item} {rule.points} 分／{wording.unit}，每月至多 {rule.monthly_cap} 分"
    return (
        said + (f"；{wording.follow_up}" if wording.follow_up else "") + (_SEALED if is_sealed(rule) else "")
    )


def preview_rulebook(
    body: RulebookAdopted,
    resolution: str,
    before: RulebookAdopted | None,
    old: Sequence[ReadRule],
    rules: Sequence[ReadRule],
) -> Iterator[str]:
    """Yield what a rulebook says but its rules: how it was adopted, and what it changes of the version before it."""
    yield f"　怎样通过：{resolution}" + (
        f"（决议 {body.resolution_number}）" if body.resolution_number else ""
    )
    base = str(body.base_points)
    if before is None or before.base_points == body.base_points:
        yield f"　每户起点分：{base}"
    else:
        yield f"　每户起点分：原为 {before.base_points}，改为 {base}"
    if before is not None:
        earlier, now = ({read.rule.code: list_terms(read) for read in some} for some in (old, rules))
        yield from preview_revision(before.version, earlier, now)
        yield f"　全部 {len(rules)} 条："


def preview_setting(title: str, before: str, after: str) -> str:
    """Return a line of what is set, with what it was where a version before set it otherwise."""
    return f"　{title}：{after}" if before == after else f"　{title}：原为 {before}，改为 {after}"


def preview_revision(version: int, before: Mapping[str, Terms], after: Mapping[str, Terms]) -> Iterator[str]:
    """Yield what the rules of a new version say otherwise than those of `version`: how many, then each of them."""
    revision = compare_versions(before, after)
    counts = {"新增": revision.added, "改动": revision.changed, "删去": revision.removed}
    told = [f"{name} {len(codes)} 条" for name, codes in counts.items() if codes]
    same = len(after) - len(revision.added) - len(revision.changed)
    yield f"　与第 {version} 版比：{'，'.join([*told, f'{same} 条没有变'])}"
    yield from (f"　新增 {code} {_format_terms(after[code])}" for code in revision.added)
    for code, changes in revision.changed.items():
        words = "；".join(tell_change(change) for change in changes)
        yield f"　改动 {code} {before[code]['名称']}：{words}"
    yield from (f"　删去 {code} {_format_terms(before[code])}" for code in revision.removed)


def tell_change(change: Reworded) -> str:
    """Return what of a rule is worded otherwise, in words."""
    if not change.before:
        return f"{change.name}原来没写，现写 {change.after}"
    if not change.after:
        return f"{change.name}原为 {change.before}，现不写"
    return f"{change.name}原为 {change.before}，改为 {change.after}"


def _format_terms(terms: Terms) -> str:
    most = next(
        name for name in terms if name.endswith("至多")
    )  # By the month, or by what a scheme looks back on.
    return f"{terms['名称']} {terms['分值']}，{most} {terms[most]}"
