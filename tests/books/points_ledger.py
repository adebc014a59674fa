"""Points and scores as a small text ledger, run by the rules of the books.

    2026-01 rulebook 1 | B01 互助友爱 志愿服务 1 4小时 cap 10 | B10 互助友爱 应征入伍 10 次 cap 10 sensitive | accepted
    2026-01 households | 1 h1 h2 | 2 h3 | accepted
    2026-01 agreements 1 | h1 scoring display | h2 scoring | accepted
    2026-10 round | h1 B01 2 | h2 C10 1 | accepted
    2026-11 back 2026-10 h1 B01 | 登记重复 | accepted
    2026-01 scheme 1 base 60 | star 1 from 60 | P01 组织生活 主题党日 2 次 cap 8 | accepted
    2026-06 scheme 2 base 60 | grade 1 from 0 差 | component A 组织 100 | P01 组织 会 2 次 cap 8 in A | accepted
    2026-01 branch 1 第一党支部 | m1 m2 | accepted
    2026-02 groups 1 | 1 东片党小组 m1* m2 | accepted
    2026-10 score 1 | m1 P01 2 | accepted

The last field is `accepted`, or the codes of the faults expected. A rule that deducts or is sensitive seals its line
whole, by itself. `round 1/2` is a part: households and cards are then those of both parts, which follow each other. A
star marks the head of a party group; a branch without any group has groups no more.
Salts, digests and pseudonyms are drawn by the test; the vault is a dictionary from which a test may erase.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import msgspec

from ledger.books.consents import list_withdrawn
from ledger.books.figures import SheetHead
from ledger.books.marks import Card, Mark, build_cards
from ledger.books.party_groups import BranchGrouped, PartyGroup
from ledger.books.points import (
    CONSENT_NAMES,
    AgreementsSigned,
    Consent,
    ConsentsWithdrawn,
    GroupCount,
    HouseholdsRegistered,
    PointsLine,
    PointsReversed,
    PointsRound,
    Rule,
    RulebookAdopted,
    WithdrawnFrom,
    is_sealed,
)
from ledger.books.scores import (
    AssessedBallot,
    BallotRow,
    BranchRegistered,
    SchemeAdopted,
    SchemeComponent,
    SchemeItem,
    ScoreCard,
    ScoreLine,
    ScoreRound,
    StarCut,
)
from ledger.books.values import Sealed
from ledger.data import load_reference
from ledger.entries import Body, Entry
from ledger.errors import Fault, NotFound
from ledger.log.commitments import Json, digest_disclosure, index_disclosures, open_disclosure
from ledger.state import BEIJING, MemoryFacts, check_entry, fold_entry
from ledger.state.appraisals import read_ballots
from ledger.state.consents import read_standings
from ledger.state.marks import weigh_member
from tests.assessments import build_cast
from tests.ballots import build_ballot
from tests.builders import Discloser, EntryChain, build_description, build_founding

Line = tuple[str, str, int]
"""Household or member, code, quantity."""


class PointsLedger:
    """A village whose points and scores are told line by line."""

    def __init__(self) -> None:
        self.texts: dict[str, object] = {}
        self.vault: dict[str, str] = {}
        self.rules: dict[str, Rule] = {}
        self.items: dict[str, SchemeItem] = {}
        self.scheme: SchemeAdopted | None = None
        self.members: dict[int, list[str]] = {}
        self.rows: dict[str, dict[str, BallotRow]] = {}  # of members, by ballot
        self.drawer = Discloser("points")
        self._chain = EntryChain()
        self.facts = MemoryFacts(self._read)
        self._parts: dict[str, list[list[Line]]] = {}
        self.append(build_founding(), "2026-01")
        self.append(build_description(self.drawer), "2026-01")

    @property
    def entries(self) -> list[Entry]:
        return self._chain.entries

    def run(self, story: str) -> list[str]:
        """Run the lines; return those that came out otherwise than they say, with what came out."""
        wrong = []
        for line in filter(None, map(str.strip, story.splitlines())):
            told, verdict = line.rsplit("|", 1)
            faults = self.try_body(*self._read_line(told))
            found = " ".join(fault.code for fault in faults) or "accepted"
            if found != verdict.strip():
                wrong.append(f"{line} -> {found}")
        return wrong

    def try_body(self, body: Body, period: str) -> list[Fault]:
        """Append and fold the body unless it has faults."""
        faults = self.check(body, period)
        if not faults:
            self.append(body, period)
        return faults

    def check(self, body: Body, period: str) -> list[Fault]:
        """Return what is wrong with the body as the next entry."""
        entry = self._envelop(body, period)
        self.entries.pop()
        return check_entry(self.facts, load_reference(), entry)

    def append(self, body: Body, period: str) -> Entry:
        """Append and fold without asking."""
        entry = self._envelop(body, period)
        fold_entry(self.facts, entry)
        return entry

    def head(self, kind: Any, period: str) -> SheetHead:
        """Return the head of a draft."""
        empty = dict.fromkeys(SheetHead.__struct_fields__, "")
        return SheetHead(**(empty | {"kind": kind, "period": period, "size": len(self.entries)}))

    def erase(self, who: str) -> None:
        """Delete every disclosure that speaks of a household or member."""
        for digest, text in list(self.vault.items()):
            value = open_disclosure(text, digest)[1]
            if isinstance(value, dict) and who in value.values():
                del self.vault[digest]

    def build_rulebook(self, version: int, rules: list[str]) -> RulebookAdopted:
        self.rules = {rule.code: rule for rule in map(self._build_rule, rules)}
        return RulebookAdopted(
            base_points=100,
            resolution=self.drawer.publish("村民代表会议通过"),
            rules=tuple(self.rules.values()),
            version=version,
        )

    def build_households(self, groups: dict[int, list[str]]) -> HouseholdsRegistered:
        sealed = [
            self._seal(group=group, household=name) for group, names in groups.items() for name in names
        ]
        return HouseholdsRegistered(
            groups=tuple(GroupCount(group=group, households=len(names)) for group, names in groups.items()),
            households=_sort(sealed),
        )

    def build_agreements(self, version: int, consents: dict[str, list[str]]) -> AgreementsSigned:
        counts = {
            name: sum(name in given for given in consents.values())
            for name in ("display", "naming", "scoring")
        }
        sealed = [
            self._seal(household=who, **{name: name in given for name in counts})
            for who, given in consents.items()
        ]
        return AgreementsSigned(agreements=_sort(sealed), version=version, **counts)

    def build_withdrawal(self, household: str, *consents: Consent) -> ConsentsWithdrawn:
        """Withdraw what is in force of these."""
        standing = read_standings(self.facts, len(self.entries), self.vault.get).get(household, {})
        taken = list_withdrawn(standing, consents)
        return ConsentsWithdrawn(
            versions=tuple(WithdrawnFrom(consents=names, version=at) for at, names in taken.items()),
            withdrawal=self._seal(household=household, withdrawn=sorted(consents)),
        )

    def build_round(
        self,
        lines: list[Line],
        *,
        version: int = 1,
        part: int = 1,
        parts: int = 1,
        households: int | None = None,
    ) -> PointsRound:
        plain, sealed, total = [], [], 0
        for household, code, quantity in lines:
            rule = self.rules[code]
            points = rule.points * quantity
            who = {"evidence": f"登记册第 {len(plain) + len(sealed) + 1} 页", "household": household}
            if is_sealed(rule):
                sealed.append(self._seal(points=points, quantity=quantity, rule=code, **who))
                total += points
            else:
                plain.append(
                    PointsLine(points=points, quantity=quantity, rule=code, subject=self._seal(**who))
                )
        return PointsRound(
            households=len({line[0] for line in lines}) if households is None else households,
            lines=tuple(sorted(plain, key=lambda line: line.subject.sealed)),
            part=part,
            parts=parts,
            sealed_lines=_sort(sealed),
            sealed_points=total,
            version=version,
        )

    def build_reversal(
        self, period: str, household: str, code: str, reason: str = "登记重复"
    ) -> PointsReversed:
        """Take back the first line of a household and rule in a month's round."""
        for entry in self.entries:
            if entry.period == period and isinstance(entry.body, PointsRound):
                for line in entry.body.lines:
                    if line.rule == code and self.open(line.subject)["household"] == household:
                        return self._reverse(entry, line.subject.sealed, -line.points, code, reason)
                for sealed in entry.body.sealed_lines:
                    value = self.open(sealed)
                    if (value["household"], value["rule"]) == (household, code):
                        return self._reverse(entry, sealed.sealed, -value["points"], "", reason)
        raise AssertionError(f"no line {period} {household} {code}")

    def build_scheme(self, version: int, base: int, rows: list[str]) -> SchemeAdopted:
        said = [row.split() for row in rows]
        cuts = [words for words in said if words[0] in ("star", "grade")]
        grades = tuple(self.drawer.publish(words[4]) for words in cuts if words[0] == "grade")
        components = tuple(
            SchemeComponent(
                code=words[1],
                source="ballot" if words[4:] else "marks",
                text=self.drawer.publish(words[2]),
                weight=int(words[3]),
            )
            for words in said
            if words[0] == "component"
        )
        self.items = {item.code: item for item in (self._build_item(row) for row in rows if row[0] in "PN")}
        self.scheme = SchemeAdopted(
            base=base,
            components=components or None,
            grades=grades or None,
            items=tuple(self.items.values()),
            resolution=self.drawer.publish("支部党员大会通过"),
            scheme="member-60",
            stars=tuple(StarCut(from_score=int(cut[3]), stars=int(cut[1])) for cut in cuts),
            title=self.drawer.publish("党员考评办法"),
            version=version,
        )
        return self.scheme

    def build_branch(self, branch: int, name: str, members: list[str]) -> BranchRegistered:
        self.members[branch] = members
        sealed = _sort([self._seal(member=member) for member in members])
        return BranchRegistered(branch=branch, members=sealed, name=self.drawer.publish(name))

    def build_groups(self, branch: int, rows: list[str]) -> BranchGrouped:
        groups = []
        for row in rows:
            number, name, *members = row.split()
            sealed = [self._seal(**_tell_grouped(int(number), member)) for member in members]
            group = PartyGroup(members=_sort(sealed), name=self.drawer.publish(name), number=int(number))
            groups.append(group)
        return BranchGrouped(branch=branch, groups=tuple(groups))

    def build_score(
        self,
        branch: int,
        lines: list[Line],
        *,
        part: int = 1,
        parts: int = 1,
        whole: list[Line] | None = None,
        ballots: tuple[AssessedBallot, ...] = (),
    ) -> ScoreRound:
        """`whole` are the lines of all parts, which the cards add up; by default those of this part. `ballots` were
        held with `vote`.
        """
        assert self.scheme is not None
        plain, sealed, total = [], [], 0
        for member, code, quantity in lines:
            points = self.items[code].points * quantity
            who = {"evidence": f"台账第 {len(plain) + len(sealed) + 1} 页", "member": member}
            if points < 0:
                sealed.append(self._seal(item=code, points=points, quantity=quantity, **who))
                total += points
            else:
                plain.append(
                    ScoreLine(item=code, points=points, quantity=quantity, subject=self._seal(**who))
                )
        cards = self._build_cards(branch, lines if whole is None else whole, ballots) if part == 1 else []
        return ScoreRound(
            ballots=ballots or None,
            branch=branch,
            cards=tuple(sorted(cards, key=lambda card: card.subject.sealed)),
            lines=tuple(sorted(plain, key=lambda line: line.subject.sealed)),
            part=part,
            parts=parts,
            scheme=self.scheme.scheme,
            sealed_lines=_sort(sealed),
            sealed_points=total,
            version=self.scheme.version,
        )

    def vote(self, number: str, opinions: dict[str, str], period: str = "2026-10", **changes: Any) -> None:
        """Hold a ballot about members: of each what every voter chose, one after another."""
        sealed = {self._seal(member=member): member for member in opinions}
        members = _sort(list(sealed))
        self.rows[number] = {
            sealed[one]: BallotRow(number=number, row=row) for row, one in enumerate(members, 1)
        }
        voters = len(next(iter(opinions.values())))
        fields = {"appraised": "member", "closes": f"{period}-28", "issued": voters, "opens": f"{period}-20"}
        opened = build_ballot(self.drawer, number, **(fields | {"members": members, "units": ()} | changes))
        self.append(opened, period)
        cast = ["".join(opinions[sealed[one]][voter] for one in members) for voter in range(voters)]
        self.append(build_cast(opened, [one for one in cast if one.strip("-")]), period)

    def list_private(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what the vault has that is of somebody, by digest."""
        found = [(digest, open_disclosure(text, digest)[1]) for digest, text in self.vault.items()]
        return [(digest, value) for digest, value in found if isinstance(value, dict)]

    def open(self, sealed: Sealed) -> dict[str, Any]:
        value = open_disclosure(self.vault[sealed.sealed], sealed.sealed)[1]
        assert isinstance(value, dict)
        return value

    def _read(self, index: int) -> Entry:
        if index >= len(self.entries):
            raise NotFound(f"第 {index} 条")
        return self.entries[index]

    def _envelop(self, body: Body, period: str) -> Entry:
        year, month = map(int, period.split("-"))
        last = dt.datetime(year, month, calendar.monthrange(year, month)[1], 18, tzinfo=BEIJING)
        entry = self._chain.append(
            body, period=period, occurred_on=f"{period}-28", recorded_at=int(last.timestamp() * 1000)
        )
        for text in self.drawer.take_public():
            digest = digest_disclosure(text)
            self.texts[digest] = open_disclosure(text, digest)[1]
        self.vault |= index_disclosures(self.drawer.take_private())
        return entry

    def _read_line(self, told: str) -> tuple[Body, str]:
        first, *rows = (field.strip() for field in told.split("|"))
        period, verb, *words = first.split()
        lines = [
            (row.split()[0], row.split()[1], int(row.split()[2]))
            for row in rows
            if verb in ("round", "score")
        ]
        match verb:
            case "rulebook":
                return self.build_rulebook(int(words[0]), rows), period
            case "households":
                return self.build_households({int(row.split()[0]): row.split()[1:] for row in rows}), period
            case "agreements":
                consents = {row.split()[0]: row.split()[1:] for row in rows}
                return self.build_agreements(int(words[0]), consents), period
            case "withdrawn":
                chosen = [name for name in CONSENT_NAMES if name in words[1:]]
                return self.build_withdrawal(words[0], *chosen), period
            case "round":
                return self.build_round(lines, version=int(words[0]) if words else 1), period
            case "back":
                return self.build_reversal(words[0], words[1], words[2], rows[0]), period
        return self._read_scored(verb, words, rows, lines), period

    def _read_scored(self, verb: str, words: list[str], rows: list[str], lines: list[Line]) -> Body:
        match verb:
            case "scheme":
                return self.build_scheme(int(words[0]), int(words[2]), rows)
            case "branch":
                return self.build_branch(int(words[0]), words[1], rows[0].split())
            case "groups":
                return self.build_groups(int(words[0]), rows)
            case "score":
                return self.build_score(int(words[0]), lines)
        raise AssertionError(f"no such verb: {verb}")

    def _build_rule(self, row: str) -> Rule:
        code, group, item, points, unit, _, cap, *marks = row.split()
        text: Json = {"evidence": "登记册", "group": group, "item": item, "unit": unit}
        return Rule(
            code=code,
            monthly_cap=int(cap),
            points=int(points),
            sensitive="sensitive" in marks,
            subject="household",
            text=self.drawer.publish(text),
        )

    def _build_item(self, row: str) -> SchemeItem:
        code, group, item, points, unit, _, cap, *belongs = row.split()
        text = self.drawer.publish({"group": group, "item": item, "unit": unit})
        component = belongs[1] if belongs else ""
        return SchemeItem(code=code, component=component, monthly_cap=int(cap), points=int(points), text=text)

    def _build_cards(
        self, branch: int, lines: list[Line], ballots: tuple[AssessedBallot, ...]
    ) -> list[ScoreCard]:
        assert self.scheme is not None
        marks = [
            Mark(
                evidence="",
                item=code,
                member=member,
                place="",
                points=self.items[code].points * quantity,
                quantity=quantity,
                sealed=False,
            )
            for member, code, quantity in lines
        ]
        found = read_ballots(self.facts, ballots)
        rows = {
            member: [self.rows[one.number][member] for one in ballots if member in self.rows[one.number]]
            for member in self.members[branch]
        }
        weighed = {member: weigh_member(some, found) for member, some in rows.items()}
        given = {member: one for member, one in weighed.items() if one is not None}
        return [
            ScoreCard(
                stars=card.stars, subject=self._seal(member=card.member, score=card.score, **_rows(card))
            )
            for card in build_cards(marks, self.scheme, self.members[branch], given)
        ]

    def _seal(self, **value: Any) -> Sealed:
        sealed = self.drawer.seal(value)
        self.vault |= index_disclosures(self.drawer.take_private())
        return sealed

    def _reverse(self, entry: Entry, digest: str, points: int, rule: str, reason: str) -> PointsReversed:
        return PointsReversed(
            line=digest, points=points, reason=self.drawer.publish(reason), reverses=entry.index, rule=rule
        )


def _tell_grouped(number: int, member: str) -> dict[str, Json]:
    told: dict[str, Json] = {"group": number, "member": member.removesuffix("*")}
    return told | ({"head": True} if member.endswith("*") else {})


def _sort(sealed: list[Sealed]) -> tuple[Sealed, ...]:
    return tuple(sorted(sealed, key=lambda item: item.sealed))


def change(body: Any, /, **changes: Any) -> Any:
    """The same body with other fields."""
    return msgspec.structs.replace(body, **changes)


def _rows(card: Card) -> dict[str, Any]:
    """What is sealed of a card where ballots gave something."""
    return {"rows": [{"number": one.number, "row": one.row} for one in card.rows]} if card.rows else {}
