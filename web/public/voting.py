"""Voting by a code: scan or type it, choose, look it over, send it, and write down the number that is told once.

Three forms without a script; the code goes along in them and nowhere else. Whatever opens nothing is answered alike,
and nothing of a vote is logged, counted or kept beside the urn. See decision 0049.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.books.ballots import BLANK, RECEIPT_DIGITS
from ledger.service.voting import BallotForm, cast_vote, is_ballot, open_code
from reports.words import format_day
from web.desk.forms import FormRefused, Pairs
from web.i18n import _
from web.page import Frame
from web.public.asking import Asking
from web.public.gate import get_gates
from web.respond import Answer, AnyRequest
from web.routing import get_site, route_form, route_form_page
from web.site import VillageView

_WRONG = _(
    "这个码投不了票。照着票上的字再抄一次。一张票只能投一次：刚才点过“投出去”的，已经算数，"
    "不用再投；还没开始、已经截止的，也投不了。"
)
ASKING = Asking(
    closed={
        "open": _(
            "这个网址不是 https，票上的码在路上会被人看见，所以这里不能投。请到村里投，或者打监督电话。"
        ),
        "stranger": _("没有投：这一步不是从本站的网页点的。请再扫一次票上的码。"),
        "vault": _("网上现在投不了：票箱没有打开。请过一会儿再投，或者打监督电话。"),
    },
    guessed="votes-guessed",
    template="vote.html",
    title=_("投票"),
    too_many=_WRONG,
    wrong=_WRONG,
)
"""What is asked for, and what is said of what opens nothing."""
CODE_MAX_CHARS = 60
_FIELDS = {"choices", "code"}
_CELL = re.compile(r"c([0-9]{1,2})", re.ASCII)
_HALF = RECEIPT_DIGITS // 2


@dataclass(frozen=True)
class VoteOption:
    """A choice of one answer; `mark` is what a ballot has of it."""

    is_chosen: bool
    mark: str
    name: str


@dataclass(frozen=True)
class VoteCell:
    """One answer: `name` of its field; `chosen` in words, empty for none."""

    chosen: str
    name: str
    options: tuple[VoteOption, ...]
    question: str


@dataclass(frozen=True)
class VoteUnit:
    """One of those who are appraised, with its questions."""

    cells: tuple[VoteCell, ...]
    name: str
    number: int


@dataclass(frozen=True)
class VotingPage:
    """What is asked, to be chosen or, where `is_last`, to be looked over; `blank` is how many answers are left out."""

    blank: int
    choices: str
    closes: str
    code: str
    frame: Frame
    is_last: bool
    number: str
    title: str
    units: tuple[VoteUnit, ...]


@dataclass(frozen=True)
class VotedPage:
    """The receipt, told once; `path` is where the list will hang."""

    frame: Frame
    number: str
    path: str
    receipt: str


@route_form_page("/v/{code:str}/vote", summary="The form in which a voting code is typed")
def show_voting(request: AnyRequest, code: str) -> Answer:
    """Answer with the form; a script sends what the code has behind the number sign."""
    return ASKING.ask(request, code, ASKING.find_closed(request, code))


@route_form("/v/{code:str}/vote", summary="What a voting code asks")
def take_code(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with the ballot, filled in as far as it was, or with the form again."""
    return _serve(request, pairs, refused, code, is_last=False)


@route_form("/v/{code:str}/vote/look", summary="What somebody is about to vote")
def take_choices(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with what was chosen, to be looked over."""
    return _serve(request, pairs, refused, code, is_last=True)


@route_form("/v/{code:str}/vote/cast", summary="Vote")
def take_vote(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Exchange the code for the ballot, and answer with its receipt."""
    opened = _open(request, pairs, refused, code)
    if isinstance(opened, Answer):
        return opened
    form, typed, choices = opened
    receipt = cast_vote(get_site(request).ports, code, typed, choices)
    if receipt is None:
        return ASKING.refuse(request, code, get_gates(request).votes)

    def build(view: VillageView) -> VotedPage:
        return VotedPage(
            frame=view.build_frame(_("投上了")),
            number=form.number,
            path=f"/v/{code}/ballots/{form.number}",
            receipt=format_vote_receipt(receipt),
        )

    return get_site(request).serve_fresh(request, code, "voted.html", build)


def format_vote_receipt(receipt: str) -> str:
    """Return a receipt in two halves, as it is read and written."""
    return f"{receipt[:_HALF]} {receipt[_HALF:]}"


def _serve(request: AnyRequest, pairs: Pairs, refused: str, code: str, *, is_last: bool) -> Answer:
    opened = _open(request, pairs, refused, code)
    if isinstance(opened, Answer):
        return opened
    form, typed, choices = opened

    def build(view: VillageView) -> VotingPage:
        return VotingPage(
            blank=choices.count(BLANK),
            choices=choices,
            closes=format_day(form.closes),
            code=typed,
            frame=view.build_frame(_("看一遍") if is_last else _("投票")),
            is_last=is_last,
            number=form.number,
            title=form.title,
            units=_build_units(form, choices),
        )

    return get_site(request).serve_fresh(request, code, "voting.html", build)


def _open(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> tuple[BallotForm, str, str] | Answer:
    """Return the ballot with the code and what was chosen so far, or the answer for what opens nothing.

    The code is looked up before anything is counted, see `gate.CardGate`.
    """
    if refused:
        return ASKING.ask(request, code, ASKING.closed[refused], status=403)
    fields = dict(pairs)
    strange = [name for name in fields if name not in _FIELDS and not _CELL.fullmatch(name)]
    typed, kept = fields.pop("code", None), fields.pop("choices", "")
    if strange or len({name for name, _value in pairs}) < len(pairs):
        raise FormRefused("a field comes twice, or is none of this form")
    if not (isinstance(typed, str) and isinstance(kept, str)):
        raise FormRefused("a field is missing, or is not what it should be")
    closed = ASKING.find_closed(request, code)
    if closed:
        return ASKING.ask(request, code, closed, status=503)
    form = open_code(get_site(request).ports, code, typed[:CODE_MAX_CHARS])
    if form is None:
        return ASKING.refuse(request, code, get_gates(request).votes)
    choices = list(kept) if kept else [BLANK] * form.cells
    for name, mark in fields.items():
        cell = _CELL.fullmatch(name)
        if cell is None or int(cell[1]) >= min(form.cells, len(choices)) or not isinstance(mark, str):
            raise FormRefused("no answer of this ballot")
        choices[int(cell[1])] = mark
    if not is_ballot(form, "".join(choices)):
        raise FormRefused("no answer of this ballot")
    return form, typed, "".join(choices)


def _build_units(form: BallotForm, choices: str) -> tuple[VoteUnit, ...]:
    count = len(form.questions)
    return tuple(
        VoteUnit(
            cells=tuple(
                _build_cell(form, at, question, choices[at])
                for at, question in enumerate(form.questions, place * count)
            ),
            name=unit,
            number=place + 1,
        )
        for place, unit in enumerate(form.units)
    )


def _build_cell(form: BallotForm, at: int, question: str, mark: str) -> VoteCell:
    names = {str(number): name for number, name in enumerate(form.choices, 1)}
    options = [VoteOption(mark == one, one, name) for one, name in names.items()]
    options.append(VoteOption(mark == BLANK, BLANK, _("不选")))
    return VoteCell(chosen=names.get(mark, ""), name=f"c{at}", options=tuple(options), question=question)
