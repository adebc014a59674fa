"""What one would ask about who allowed what is spent, out of which money, and on what paper it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import ENTRIES_MAX, Booked, Concern, Limits, Owing, Said, build_of
from ledger.books.money import format_yuan
from ledger.books.periods import format_day, format_period


def ask_spent_undecided(
    vouchers: Iterable[Booked],
    limits: Sequence[Limits],
    is_allowed: Callable[[int], bool],
    rule: ConcernRule,
    village: str,
) -> Iterator[Concern]:
    """A large payment without a resolution, of a time in which the village had no limit that would have refused it.

    The first limit that was adopted later is the measure; where none was, the table's. `is_allowed` as for a split.
    """
    adopted = sorted(one for one in limits if one.resolution_fen)
    for item in vouchers:
        before = [one for one in limits if one.at < item.index]
        if not item.is_live or (before and max(before).resolution_fen):
            continue
        later = next((one for one in adopted if one.at > item.index), None)
        limit_fen = later.resolution_fen if later else rule.get_threshold("above_fen", village)
        spent_fen = -item.money_fen
        if spent_fen >= limit_fen and not is_allowed(item.index):
            said = (
                f"凭证 {item.number} 付了 {format_yuan(spent_fen)} 元，到了 {format_yuan(limit_fen)} 元，"
                "没有写是哪份决议准许的。"
            )
            yield build_of(rule, item.number, [item], spent_fen, said)


def ask_no_contract(vouchers: Iterable[Booked], rule: ConcernRule, village: str) -> Iterator[Concern]:
    """Rent, or money for land that was let, that came in under no contract of the register."""
    least_fen = rule.get_threshold("least_fen", village)
    for item in vouchers:
        came_fen = item.sum_side(rule.list_items("accounts", item.chart), "credit")
        if item.is_live and item.money_fen > 0 and not item.contract and came_fen >= least_fen:
            said = f"凭证 {item.number} 收了 {format_yuan(came_fen)} 元租金或承包金，没有写是按哪份合同收的。"
            yield build_of(rule, item.number, [item], came_fen, said)


def ask_fund_purpose(vouchers: Iterable[Booked], rule: ConcernRule, village: str) -> Iterator[Concern]:
    """Earmarked money that went into what the village's own offices cost."""
    least_fen = rule.get_threshold("least_fen", village)
    for item in vouchers:
        spent_fen = item.sum_side(rule.list_items("accounts", item.chart), "debit")
        if item.is_live and item.fund and item.money_fen < 0 and spent_fen >= least_fen:
            said = (
                f"凭证 {item.number} 从专款 {item.fund} 里付了 {format_yuan(spent_fen)} 元，"
                "记在村里自己的管理费用里。"
            )
            yield build_of(rule, item.number, [item], spent_fen, said)


def ask_fund_overspent(funds: Iterable[Owing], rule: ConcernRule) -> Iterator[Concern]:
    """A fund that spent more than it received: a gift was taken back, or was less than had been booked."""
    for fund in funds:
        amount = format_yuan(fund.owed_fen)
        said = f"专款 {fund.number} 花的比收到的多 {amount} 元，是从{format_day(fund.since)}起的。"
        yield Concern(
            amount_fen=fund.owed_fen,
            entries=fund.entries[-ENTRIES_MAX:],
            key=f"{rule.code}/{fund.number}",
            said=said,
            since=fund.since,
        )


def ask_personal_account(vouchers: Iterable[Booked], rule: ConcernRule) -> Iterator[Concern]:
    """The collective's money over somebody's own account, by the summary. A bank's lines are kept nowhere."""
    words = rule.list_items("words")
    for item in vouchers:
        word = next((word for word in words if word in item.summary), "")
        if item.is_live and word and item.money_fen:
            amount_fen = abs(item.money_fen)
            said = f"凭证 {item.number} 的摘要里有“{word}”，金额 {format_yuan(amount_fen)} 元。"
            yield build_of(rule, item.number, [item], amount_fen, said)


def ask_maker_checker(vouchers: Iterable[Booked], rule: ConcernRule) -> Iterator[Concern]:
    """One person who prepared some vouchers of a month and passed others: once a month and person."""
    made: dict[tuple[str, str], Booked] = {}
    passed: dict[tuple[str, str], Booked] = {}
    for item in sorted(vouchers, key=lambda item: item.number):
        made.setdefault((item.number[:7], item.maker), item)
        for checker in item.checkers:
            passed.setdefault((item.number[:7], checker), item)
    for period, user in sorted(made.keys() & passed.keys(), key=lambda key: made[key].number):
        one, other = made[period, user], passed[period, user]
        said = (
            f"{format_period(period)}里同一个人交审了凭证 {one.number}，又审核通过了凭证 {other.number}，"
            "账上两样都做。"
        )
        yield build_of(rule, f"{one.number}-{other.number}", [one, other], 0, said)


def ask_guarantee(told: Iterable[Said], rule: ConcernRule) -> Iterator[Concern]:
    """Words that say that the collective stands for somebody's debt, or pledges something.

    What says that it does not, or that a pledge is over, is taken out of a text first, as is what a builder pledges.
    """
    words, harmless = rule.list_items("words"), rule.list_items("harmless")
    for item in told:
        text = item.text
        for phrase in harmless:
            text = text.replace(phrase, "")
        word = next((word for word in words if word in text), "")
        if word:
            yield Concern(
                amount_fen=item.amount_fen,
                entries=(item.at,),
                key=f"{rule.code}/{item.number}",
                said=f"{item.name} {item.number} 里写着“{word}”。",
                since=item.day,
            )
