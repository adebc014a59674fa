"""What a village's rulebook may not say: each text of a rule held against words, with the article and a lawful way.

A rule that fines, cuts water off or takes a pension away is void even when everybody voted for it; so it is refused
before it is an entry, not argued about afterwards. What is only unwise is a warning, for whoever passes it to see. The
words are data (`rule_words.toml`); this module folds a text, so that blanks, full width, invisible characters and old
forms of characters hide nothing, and tells what is done to somebody from what is done for them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from ledger.errors import Fault

DEDUCTION_CAP_MAX = 20
"""Most points that one rule should take from a household in a month."""
AWARD_MAX = 30
"""Most points that one unit of a rule should give."""
FOUND_MAX_CHARS = 24

Part = Literal["evidence", "follow_up", "group", "item", "unit"]
Verdict = Literal["refused", "warned"]

PART_NAMES: dict[Part, str] = {
    "group": "分类",
    "item": "名称",
    "unit": "单位",
    "evidence": "证据",
    "follow_up": "后续",
}
"""What people read, in the order of the sheet."""
_HELPED: frozenset[Part] = frozenset({"evidence", "group", "item", "unit"})
"""Where an adding rule tells what somebody does for others; a consequence is done to somebody whatever its words."""
_MARKS = "·・•‧∙.-—–―‐_*~|/\\+=^\"'`“”‘’《》〈〉<>【】[]「」『』"
"""Marks that are put between the characters of a word to hide it."""
_CLAUSE = re.compile(r"[,;。!?]")
_NONE = frozenset({"", "无", "没有", "无需", "不需要", "不用", "口头", "免"})
"""What says that there is no evidence."""


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it stands. `says` is a summary; `status` V read, R known and not checked, P our own."""

    article: str
    document: str
    says: str
    source: str
    status: Literal["P", "R", "V"]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `[[words]]` as the file has it."""

    articles: tuple[str, ...]
    code: str
    patterns: tuple[str, ...]
    remedy: str
    title: str
    verdict: Verdict
    always: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    parts: tuple[Part, ...] = tuple(PART_NAMES)


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong with a finding, and what to do."""

    articles: tuple[str, ...]
    code: str
    remedy: str
    title: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    advice: tuple[Advice, ...]
    articles: dict[str, Article]
    variants: str
    words: tuple[_Row, ...]


class _Words(NamedTuple):
    """A row of words, ready to search with."""

    advice: Advice
    always: re.Pattern[str]
    helps: re.Pattern[str]
    never: re.Pattern[str]
    parts: frozenset[Part]
    patterns: re.Pattern[str]
    verdict: Verdict


class LintTable(NamedTuple):
    """All that a rulebook is held against."""

    advice: Mapping[str, Advice]
    articles: Mapping[str, Article]
    variants: Mapping[str, str]
    words: tuple[_Words, ...]


class Wording(NamedTuple):
    """A rule as it is read: `points` for one unit, negative deducts."""

    code: str
    evidence: str
    follow_up: str
    group: str
    item: str
    monthly_cap: int
    points: int
    unit: str

    def get(self, part: Part) -> str:
        """Return the text of a part."""
        return str(getattr(self, part))


class Finding(NamedTuple):
    """What is wrong with a rule; `rule` and `part` are empty where it is about the whole rulebook.

    `basis`  what the articles say and where they stand
    `found`  the words themselves, or what was counted
    """

    basis: str
    code: str
    found: str
    part: Part | None
    remedy: str
    rule: str
    title: str
    verdict: Verdict


class _Folded(NamedTuple):
    """A text without what hides words in it; `places` says where each character stood."""

    text: str
    places: tuple[int, ...]


def parse_words(text: str) -> LintTable:
    """Return the table of a data file that ships with the program; ValueError or KeyError where it is at odds."""
    file = msgspec.convert(tomllib.loads(text), _File)
    advice = {row.code: row for row in file.advice}
    rows: list[_Row | Advice] = [*file.words, *file.advice]
    for row in rows:
        if missing := set(row.articles) - file.articles.keys():
            raise ValueError(f"{row.code} names articles that there are not: {missing}")
    return LintTable(
        advice=advice,
        articles=file.articles,
        variants={pair[0]: pair[1] for pair in file.variants.split()},
        words=tuple(_build_words(row) for row in file.words),
    )


def lint_rules(table: LintTable, rules: Sequence[Wording]) -> list[Finding]:
    """Return everything that is unlawful or unwise about a rulebook, rule by rule, then of the whole of it."""
    found = [finding for rule in rules for finding in lint_rule(table, rule)]
    adds = sum(rule.points > 0 for rule in rules)
    takes = sum(rule.points < 0 for rule in rules)
    if takes > adds:
        found.append(_advise(table, "more-deductions", "", None, f"加分 {adds} 条，扣分 {takes} 条"))
    return found


def lint_rule(table: LintTable, rule: Wording) -> Iterator[Finding]:
    """Yield everything that is unlawful or unwise about one rule."""
    for part in PART_NAMES:
        yield from _lint_text(table, rule, part)
    if rule.points < 0 and _fold(table, rule.evidence).text in _NONE:
        yield _advise(table, "no-evidence", rule.code, "evidence", rule.evidence or "空")
    if rule.points < 0 and rule.monthly_cap > DEDUCTION_CAP_MAX:
        yield _advise(table, "deduction-cap", rule.code, None, f"每月最多扣 {rule.monthly_cap} 分")
    if rule.points > AWARD_MAX:
        yield _advise(table, "large-award", rule.code, None, f"一次加 {rule.points} 分")


def build_lint_fault(finding: Finding, place: str = "") -> Fault:
    """Return the fault of a text that is refused; `place` is where it was typed, if it was."""
    return Fault(
        code="rule-unlawful",
        place=place or name_finding(finding),
        found=f"「{finding.found}」（{finding.title}）",
        expected=f"不写这样的话：{finding.basis}",
        remedy=finding.remedy,
    )


def tell_finding(finding: Finding) -> str:
    """Return a finding as one plain sentence."""
    return f"{name_finding(finding)}：{finding.title}（{finding.found}）。{finding.basis}。可以这样：{finding.remedy}"


def name_finding(finding: Finding) -> str:
    """Return where in the rulebook a finding is."""
    if not finding.rule:
        return "整个积分细则"
    part = f" 的{PART_NAMES[finding.part]}" if finding.part is not None else ""
    return f"积分细则 {finding.rule}{part}"


def list_refused(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that keep a rulebook from being recorded."""
    return [finding for finding in findings if finding.verdict == "refused"]


def list_warned(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that whoever passes a rulebook must have seen."""
    return [finding for finding in findings if finding.verdict == "warned"]


def cite_article(article: Article) -> str:
    """Return an article as people cite it, an order by its number; 待核对 where nobody has checked it."""
    if article.status == "P":
        return article.document
    unchecked = "，待核对" if article.status == "R" else ""
    named = article.document if "〔" in article.document else f"《{article.document}》"
    return f"{named}{article.article}{unchecked}"


def _build_words(row: _Row) -> _Words:
    return _Words(
        advice=Advice(row.articles, row.code, row.remedy, row.title),
        always=_join(row.always),
        helps=_join(row.helps),
        never=_join(row.never),
        parts=frozenset(row.parts),
        patterns=_join(row.patterns),
        verdict=row.verdict,
    )


def _join(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return one pattern that is any of these; of none, one that is never found."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")


def _fold(table: LintTable, text: str) -> _Folded:
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for one in unicodedata.normalize("NFKC", char).casefold():
            if one not in _MARKS and unicodedata.category(one)[0] not in "CMZ":
                chars.append(table.variants.get(one, one))
                places.append(place)
    return _Folded("".join(chars), tuple(places))


def _lint_text(table: LintTable, rule: Wording, part: Part) -> Iterator[Finding]:
    """Yield one finding for each row of words that a text says."""
    text = rule.get(part)
    folded = _fold(table, text)
    for words in table.words:
        hit = _find(words, folded.text, is_helped=rule.points > 0 and part in _HELPED)
        if part in words.parts and hit is not None:
            first, last = folded.places[hit.start()], folded.places[hit.end() - 1]
            found = text[first : last + 1][:FOUND_MAX_CHARS]
            yield _build(table, words.advice, rule.code, part, found, words.verdict)


def _find(words: _Words, text: str, *, is_helped: bool) -> re.Match[str] | None:
    """Return the first place where a text says what the words forbid, and nothing excuses it."""
    if hit := words.always.search(text):
        return hit
    never = [match.span() for match in words.never.finditer(text)]
    for hit in words.patterns.finditer(text):
        is_other = any(start < hit.end() and hit.start() < end for start, end in never)
        if not is_other and not (is_helped and words.helps.search(_cut_clause(text, hit))):
            return hit
    return None


def _cut_clause(text: str, hit: re.Match[str]) -> str:
    """Return the clause in which something was found."""
    before = [mark.end() for mark in _CLAUSE.finditer(text, 0, hit.start())]
    after = _CLAUSE.search(text, hit.end())
    return text[before[-1] if before else 0 : after.start() if after else len(text)]


def _advise(table: LintTable, code: str, rule: str, part: Part | None, found: str) -> Finding:
    return _build(table, table.advice[code], rule, part, found, "warned")


def _build(
    table: LintTable, advice: Advice, rule: str, part: Part | None, found: str, verdict: Verdict
) -> Finding:
    articles = [table.articles[key] for key in advice.articles]
    return Finding(
        basis="；".join(f"{article.says}（{cite_article(article)}）" for article in articles),
        code=advice.code,
        found=found,
        part=part,
        remedy=advice.remedy,
        rule=rule,
        title=advice.title,
        verdict=verdict,
    )
