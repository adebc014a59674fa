"""A version of the rulebook with its texts, the list of all versions, and what one says otherwise than another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.books.points import Rule, RulebookAdopted, is_sealed
from ledger.books.revisions import Revision, Terms, compare_versions
from ledger.books.rule_lint import Wording
from ledger.books.values import get_previous_period
from ledger.figures.texts import GONE, Texts, read_text
from ledger.state.facts import Facts, RulebookFacts, read_body, scan_facts

SUBJECT_NAMES = {"household": "户", "person": "个人"}
_PARTS = ("evidence", "follow_up", "group", "item", "unit")


class ReadRule(NamedTuple):
    """A rule with its words."""

    rule: Rule
    wording: Wording

    @property
    def letter(self) -> str:
        """The letter of its group."""
        return self.rule.code[0]


class Version(NamedTuple):
    """A version of the rulebook. `until` is the last month (YYYY-MM) in which it is in force: empty while nothing
    follows it, before `since` where it was replaced before it ever was.
    """

    at: int  # index of its entry
    number: int
    since: str
    until: str

    @property
    def was_in_force(self) -> bool:
        """Whether there is a month that it is for."""
        return not self.until or self.until >= self.since


class ReadRulebook(NamedTuple):
    """A version with its words. `resolution_number` is empty where it names none of the register."""

    base_points: int
    resolution: str
    resolution_number: str
    rules: tuple[ReadRule, ...]
    version: Version


def list_versions(facts: Facts) -> list[Version]:
    """Return every version of the rulebook, the newest first."""
    found: list[Version] = []
    until = ""
    for key, known in reversed(list(scan_facts(facts, "rulebook/", RulebookFacts))):
        since = key.partition("/")[0]
        found.append(Version(known.index, known.version, since, until))
        until = get_previous_period(since)
    return found


def collect_rulebook(facts: Facts, texts: Texts, number: int) -> ReadRulebook | None:
    """Return a version of the rulebook with its words; None where there is no such version."""
    version = next((known for known in list_versions(facts) if known.number == number), None)
    if version is None:
        return None
    body = read_body(facts, version.at, RulebookAdopted)
    return ReadRulebook(
        base_points=body.base_points,
        resolution=read_text(texts, body.resolution),
        resolution_number=body.resolution_number,
        rules=read_rules(texts, body.rules),
        version=version,
    )


def read_rules(texts: Texts, rules: Iterable[Rule]) -> tuple[ReadRule, ...]:
    """Return rules with their words. What is no text of a rule is read as its item, so that nothing goes unread."""
    return tuple(ReadRule(rule, _read_wording(texts, rule)) for rule in rules)


def list_terms(read: ReadRule) -> Terms:
    """Return what a rule says, under the names by which people read it; no consequence where none was written."""
    rule, wording = read.rule, read.wording
    terms = {
        "名称": wording.item,
        "分值": f"{rule.points} 分／{wording.unit}",
        "每月至多": f"{rule.monthly_cap} 分",
        "分类": wording.group,
        "证据": wording.evidence,
        "后续": wording.follow_up,
        "记分对象": SUBJECT_NAMES[rule.subject],
        "整行密封": "是" if is_sealed(rule) else "否",
    }
    return {name: said for name, said in terms.items() if said}


def compare_rules(before: Iterable[ReadRule], after: Iterable[ReadRule]) -> Revision:
    """Return what the rules of one version say otherwise than those of another."""
    old, new = ({read.rule.code: list_terms(read) for read in rules} for rules in (before, after))
    return compare_versions(old, new)


def _read_wording(texts: Texts, rule: Rule) -> Wording:
    value = texts(rule.text.text)
    said = dict.fromkeys(_PARTS, "")
    if isinstance(value, dict) and all(isinstance(part, str) for part in value.values()):
        said |= {part: str(value[part]) for part in _PARTS if part in value}
    else:
        said["item"] = GONE if value is None else str(value)
    return Wording(code=rule.code, monthly_cap=rule.monthly_cap, points=rule.points, **said)
