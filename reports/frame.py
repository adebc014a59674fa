"""What all three sheets share: the head, the two codes, the footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.figures import SheetHead
from ledger.books.values import SHEET_CODES, get_last_day
from ledger.log.checkpoint import open_checkpoint
from ledger.log.confirmation import CosignedNote, find_confirmation
from ledger.log.note import parse_note_verifier
from ledger.log.policy import parse_policy
from ledger.log.receipt import build_receipt, format_fingerprint, format_receipt
from ledger.ports import SheetJob
from reports.codes import PrintedCode, build_check_code, build_page_code, get_host
from reports.words import format_count, format_day, format_month, format_span, format_witnesses

_LINE_CHARS = 44  # Of sentences that are half digits.
_DENSE_LINES = 10
_PARTED_LINES = 16
_ROOMY_LINES = 7
_WITNESSES_LINES = 2


@dataclass(frozen=True)
class HeadText:
    """The head of a sheet as text. Days and number are empty on a draft; `follows` and `replaces` where there
    is none.

    `basis`         what the figures rest on: chart of accounts, rulebook or scheme with its version
    `is_under_way`  whether the month goes on after `open_until`
    `open_until`    day to which a month that is not closed is recorded, empty for a closed one
    """

    basis: str
    display: str
    follows: str
    month: str
    number: str
    is_under_way: bool
    objections_until: str
    open_until: str
    replaces: str
    size: str
    telephone: str
    township: str
    village: str
    village_name: str


@dataclass(frozen=True)
class PlainWords:
    """The month in plain sentences; many of them stand closer, and at last run on in one paragraph, so that the codes
    stay on the first page.
    """

    is_long: bool
    is_longest: bool
    runs_on: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Codes:
    """The codes of a sealed sheet and the words beside them.

    `fingerprint`  16 digits in four groups, to compare with the page
    `host`         the only address that the codes lead to
    `witnesses`    how many witnesses had confirmed the log by then, in words; empty where none was asked for
    """

    check: PrintedCode
    fingerprint: tuple[str, ...]
    host: str
    page: PrintedCode
    witnesses: str


def build_head_text(head: SheetHead, basis: str, open_until: str) -> HeadText:
    """Return the head's texts."""
    return HeadText(
        basis=basis,
        display=format_span(head.display_from, head.display_to),
        follows=head.follows,
        month=format_month(head.period),
        number=head.number,
        is_under_way="" < open_until < get_last_day(head.period),
        objections_until=format_day(head.objections_until),
        open_until=format_day(open_until),
        replaces=head.replaces,
        size=format_count(head.size),
        telephone=head.telephone,
        township=head.township,
        village=head.village,
        village_name=head.village_name,
    )


def build_plain_words(sentences: Sequence[str], below: Codes | None = None) -> PlainWords:
    """Return the sentences, knowing roughly how many lines they take with what witnesses confirmed `below`."""
    lines = sum(-(-len(sentence) // _LINE_CHARS) for sentence in sentences)
    if below is not None and below.witnesses:
        lines += _WITNESSES_LINES
    return PlainWords(
        is_long=lines > _ROOMY_LINES,
        is_longest=lines > _DENSE_LINES,
        runs_on=lines > _PARTED_LINES,
        sentences=tuple(sentences),
    )


def build_codes(job: SheetJob, head: SheetHead) -> Codes | None:
    """Return the codes of a sealed sheet, None for a draft.

    Raises NotProven when the note is not a checkpoint signed by the log's key, ValueError when its size is
    not the one the figures name: a sheet never prints evidence of something else.
    """
    if not head.number:
        return None
    log = parse_note_verifier(job.verifier_key)
    checkpoint = open_checkpoint(job.note, log)
    if checkpoint.size != head.size:
        raise ValueError(f"the figures are of size {head.size}, the checkpoint of {checkpoint.size}")
    period, _, ordinal = head.number.rsplit("-", 2)
    month = (int(period[:4]) - 2000) * 12 + int(period[5:]) - 1
    receipt = build_receipt(job.note, log, SHEET_CODES[job.kind], month, int(ordinal))
    host = get_host(job.base_url)
    return Codes(
        check=build_check_code(
            job.base_url, head.village, format_receipt(receipt), f"查验码：核对公开表 {head.number} 是否真实"
        ),
        fingerprint=tuple(format_fingerprint(checkpoint).split(" ")),
        host=host,
        page=build_page_code(job.base_url, head.village, f"看账码：打开 {host}/v/{head.village}"),
        witnesses=_count_witnesses(job, checkpoint.size),
    )


def _count_witnesses(job: SheetJob, size: int) -> str:
    """Say how many of the policy's witnesses cosigned the very checkpoint that the sheet prints."""
    if not job.policy:
        return ""
    policy = parse_policy(job.policy)
    confirmation = find_confirmation([CosignedNote(job.note, policy, size)], policy, size)
    return format_witnesses(len(confirmation.confirmed), len(policy.witnesses))
