"""The agreement that a household signs: A4, one page, in big type; what each consent means, and a box for each."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ports import PaperJob
from ledger.service.agreements import AgreementPaper
from reports.codes import PrintedCode, build_rules_code, get_host
from reports.render import lay_out_paper
from reports.texts import read_paper
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


def render_agreement(job: PaperJob) -> bytes:
    """Return the PDF of an agreement. Raises as `reports.paper.render_paper` does."""
    paper = read_paper(job, AgreementPaper)
    return lay_out_paper(job, "agreement.html", paper.made_on, paper=build_agreement_text(job, paper))


def build_agreement_text(job: PaperJob, paper: AgreementPaper) -> AgreementText:
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
