"""The agreement that a household signs: A4, one page, in big type; what each consent means, and a box for each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import msgspec

from ledger.errors import Refused
from ledger.ports import AgreementJob
from ledger.service.agreements import AgreementPaper
from reports.codes import PrintedCode, build_rules_code, get_host
from reports.pdf import write_pdf
from reports.render import get_templates
from reports.texts import check_texts, show_hidden
from reports.words import format_day, format_month


@dataclass(frozen=True)
class AgreementText:
    """All that the template shows. `code` is None, and `host` empty, where the home has no public address; `group`,
    `name` and `number` are empty where they are written by hand.
    """

    code: PrintedCode | None
    group: str
    host: str
    made_on: str
    name: str
    number: str
    since: str
    telephone: str
    township: str
    version: str
    village_name: str


def render_agreement(job: AgreementJob) -> bytes:
    """Return the PDF of an agreement.

    Raises Refused where a character has no glyph, ValueError for a job that is none, RenderFailed for a broken
    toolchain.
    """
    paper = _read(job)
    made_on = dt.datetime.combine(
        dt.date.fromisoformat(paper.made_on), dt.time(), tzinfo=dt.timezone(dt.timedelta(hours=8))
    )
    template = get_templates().get_template("agreement.html")
    html = template.render(
        is_demo=job.is_demo, made_on=made_on.isoformat(), paper=build_agreement_text(job, paper)
    )
    return write_pdf(html, None, made_on)


def build_agreement_text(job: AgreementJob, paper: AgreementPaper) -> AgreementText:
    """Return the paper's texts."""
    title = f"积分细则第 {paper.version} 版的网页"
    return AgreementText(
        code=build_rules_code(job.base_url, paper.village, paper.version, title) if job.base_url else None,
        group=str(paper.signer.group) if paper.signer.group else "",
        host=get_host(job.base_url) if job.base_url else "",
        made_on=format_day(paper.made_on),
        name=paper.signer.name,
        number=paper.signer.number,
        since=format_month(paper.since),
        telephone=paper.telephone,
        township=paper.township,
        version=str(paper.version),
        village_name=paper.village_name,
    )


def _read(job: AgreementJob) -> AgreementPaper:
    """Decode the paper and refuse what cannot be printed."""
    try:
        paper = show_hidden(msgspec.json.decode(job.agreement, type=AgreementPaper))
    except msgspec.DecodeError as error:
        raise ValueError(f"no agreement: {error}") from error
    faults = check_texts(paper)
    if faults:
        raise Refused(faults)
    return paper
