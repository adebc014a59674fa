"""Drafts of cases and of their steps: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.cases import (
    RATING_NAMES,
    SOURCE_NAMES,
    STEP_NAMES,
    CaseConfided,
    CaseMoved,
    CaseOpened,
    CaseRated,
)
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.preview import preview_case, preview_step
from ledger.service.workbooks.case_columns import CATEGORY_NAMES
from ledger.state.private import CaseReport, CaseWords
from ledger.vaults import Household


def tell_case(opened: OpenedDraft, body: CaseOpened) -> Iterator[str]:
    yield opened.draft.label
    for report in opened.open(body.report.sealed, CaseReport):
        said = (opened.evidence(report.wording), opened.evidence(report.contact) if report.contact else "")
        household = opened.name(report.household) if report.household else ""
        kind = (
            CATEGORY_NAMES.get(report.kind, report.kind)
            if opened.view.is_whole("evidence")
            else body.category
        )
        yield from preview_case(body, opened.claim.occurred_on, kind, household, said)


def tell_moved(opened: OpenedDraft, body: CaseMoved) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_step(opened.claim.occurred_on, opened.read(body.words))


def tell_confided(opened: OpenedDraft, body: CaseConfided) -> Iterator[str]:
    yield opened.draft.label
    for item in opened.open(body.words.sealed, CaseWords):
        yield from preview_step(opened.claim.occurred_on, opened.evidence(item.words))


def tell_rated(opened: OpenedDraft, _body: CaseRated) -> Iterator[str]:
    yield opened.draft.label
    yield from preview_step(opened.claim.occurred_on, "")


def fill_case(opened: OpenedDraft, body: CaseOpened) -> Iterator[tuple[str, Row]]:
    for report in opened.open(body.report.sealed, CaseReport):
        known = opened.find_known(report.household)
        number, name = (known.number, known.name) if isinstance(known, Household) else ("", "")
        row = {
            "诉求编号": body.number,
            "收到日期": opened.claim.occurred_on,
            "来源": SOURCE_NAMES[body.source],
            "类别": CATEGORY_NAMES.get(report.kind, ""),
            "网格编号": body.grid,
        }
        yield (
            "诉求件",
            {**row, "户号": number, "户主": name, "反映的事": report.wording, "联系方式": report.contact},
        )


def fill_moved(opened: OpenedDraft, body: CaseMoved) -> Iterator[tuple[str, Row]]:
    yield "办理", _fill_step(opened, body.case, STEP_NAMES[body.step], opened.read(body.words))


def fill_confided(opened: OpenedDraft, body: CaseConfided) -> Iterator[tuple[str, Row]]:
    for item in opened.open(body.words.sealed, CaseWords):
        yield "办理", _fill_step(opened, body.case, STEP_NAMES[body.step], item.words)


def fill_rated(opened: OpenedDraft, body: CaseRated) -> Iterator[tuple[str, Row]]:
    yield "办理", _fill_step(opened, body.case, RATING_NAMES[body.rating], "")


def _fill_step(opened: OpenedDraft, case: str, happened: str, words: str) -> Row:
    return {"诉求编号": case, "事项": happened, "日期": opened.claim.occurred_on, "内容": words}
