"""Drafts of applications for stars and of their steps: what each says, and how it was typed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.books.star_steps import (
    STAGE_NAMES,
    STEP_NAMES,
    StarDeclared,
    StarMoved,
    name_stars,
    name_subject,
)
from ledger.books.values import PublicText
from ledger.service.opened_drafts import OpenedDraft, Row
from ledger.service.preview import preview_star, preview_star_step
from ledger.service.workbooks.star_columns import APPLICANT_NAMES
from ledger.state.star_steps import StarApplication, find_application, find_display_end


def tell_declared(opened: OpenedDraft, body: StarDeclared) -> Iterator[str]:
    yield opened.draft.label
    name = _read(opened, body.secretary)
    said = opened.read(body.words), opened.read(body.evidence)
    yield from preview_star(body, opened.claim.occurred_on, name, *said)


def tell_star_moved(opened: OpenedDraft, body: StarMoved) -> Iterator[str]:
    yield opened.draft.label
    said = opened.read(body.by), opened.read(body.words), _read(opened, body.evidence)
    yield from preview_star_step(body, opened.claim.occurred_on, *said)
    application = find_application(opened.reader.facts, body.number)
    if application is not None:  # None where it waits with its step: then it stands above.
        yield from _tell_so_far(opened, application)


def _tell_so_far(opened: OpenedDraft, application: StarApplication) -> Iterator[str]:
    """Yield whose star it is, and how far the application has come: whoever passes a step looks at nothing else."""
    body, known = application.body, application.known
    yield f"　申报的是支部 {body.branch} {name_subject(body.subject)}，{body.year} 年的{name_stars(body.stars)}"
    for move in known.moves:
        yield f"　{move.on} {STAGE_NAMES[move.stage]}：{name_stars(move.stars)}"
    end = find_display_end(opened.ports.reference, opened.claim.village, known)
    if end:
        yield f"　公示到 {end}"


def fill_declared(opened: OpenedDraft, body: StarDeclared) -> Iterator[tuple[str, Row]]:
    yield (
        "申报",
        {
            "申报编号": body.number,
            "申报日期": opened.claim.occurred_on,
            "谁申报": APPLICANT_NAMES[body.subject],
            "支部": str(body.branch),
            "书记姓名": _read(opened, body.secretary),
            "年度": body.year,
            "申报几星": str(body.stars),
            "事迹": opened.read(body.words),
            "材料": opened.read(body.evidence),
            "材料指纹": " ".join(body.files or ()),
        },
    )


def fill_star_moved(opened: OpenedDraft, body: StarMoved) -> Iterator[tuple[str, Row]]:
    yield (
        "评星",
        {
            "申报编号": body.number,
            "步骤": STEP_NAMES[body.step],
            "日期": opened.claim.occurred_on,
            "几星": str(body.stars),
            "由谁": opened.read(body.by),
            "说明": opened.read(body.words),
            "材料": _read(opened, body.evidence),
            "材料指纹": " ".join(body.files or ()),
        },
    )


def _read(opened: OpenedDraft, public: PublicText | None) -> str:
    return opened.read(public) if public is not None else ""
