"""Drafts of what a village adopts: its description, its rulebook, its scheme.

The rulebook and schemes come from the templates shipped in `ledger/data`. A rulebook that the village edits is
imported as a workbook (`workbooks.rulebook`), a scheme read from a file (`service.schemes`).
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ledger.books.points import Rule, RulebookAdopted
from ledger.books.roles import MAKER_ROLES
from ledger.books.scores import get_subject
from ledger.books.screening import format_found, hide_numbers
from ledger.books.village import VillageDescribed
from ledger.data.templates import RulebookTemplate, RuleTemplate, SchemeTemplate, load_rules, load_scheme
from ledger.entries import KIND_OF_BODY, Body, Claim, name_clerk
from ledger.errors import Fault, Refused
from ledger.figures.texts import Texts
from ledger.ports import Ports
from ledger.service.drafts import Discloser, build_draft, check_month, refuse_entry
from ledger.service.persons import check_person
from ledger.service.rulebooks import check_wording
from ledger.service.schemes import build_scheme, check_template, lint_scheme, list_texts
from ledger.service.screening import check_description, check_texts, list_names
from ledger.service.sheets import read_texts
from ledger.service.showing import disclose
from ledger.service.slots import RULEBOOK, check_slot, list_waiting_slots, slot_of_scheme
from ledger.service.workbooks.numbers import FORMS
from ledger.service.workbooks.rulebook import build_unchanged, label_rulebook
from ledger.state import get_day
from ledger.state.rulebooks import list_rulebooks
from ledger.state.schemes import list_schemes
from ledger.vaults import Draft


def prepare_description(
    ports: Ports, village: str, *, maker: str, name: str, township: str, telephone: str
) -> Draft:
    """Draft what the village says of itself in the head of every page and sheet. Raises Refused with every fault."""
    faults = check_description(name, township, telephone, list_names(ports, village))
    _refuse(faults + _check_maker(ports, village, maker))
    texts = Discloser(ports.entropy)
    body = VillageDescribed(
        name=texts.publish("name", name),
        telephone=texts.publish("telephone", telephone),
        township=texts.publish("township", township),
    )
    period = get_day(ports.clock.now_ms())[:7]
    return _keep_draft(
        ports,
        _build_claim(ports.clock.now_ms(), village, maker, period, body),
        texts,
        f"村情说明：{township}{name}",
    )


def prepare_rulebook(
    ports: Ports,
    village: str,
    *,
    maker: str,
    period: str,
    resolution: str,
    resolution_number: str = "",
    template: RulebookTemplate | None = None,
) -> Draft:
    """Draft the adoption of the shipped rulebook, or another `template`, in force from `period` on, by the meeting
    `resolution` names; `resolution_number` is that of the village's register.

    Raises Refused with every fault: also where the newest version says the same, since a new one asks every household
    to agree anew.
    """
    template = template or load_rules()
    texts = Discloser(ports.entropy)
    rules = tuple(_build_rule(rule, texts) for rule in template.rules)
    faults = _check_adoption(ports, village, maker, period, resolution)
    faults += _check_number(resolution_number)
    with ports.ledger.read(village) as reader:
        known = next(iter(list_rulebooks(reader.facts)), None)
        if known is not None:
            before = (known.base_points, disclose(known.rules, read_texts(reader)))
            if before == (template.base_points, disclose(rules, texts.find)):
                faults.append(build_unchanged(known.version))
    _refuse(faults + check_slot(list_waiting_slots(ports.vault, village), RULEBOOK))
    body = RulebookAdopted(
        base_points=template.base_points,
        resolution=texts.publish("resolution", resolution),
        resolution_number=resolution_number,
        rules=rules,
        version=known.version + 1 if known is not None else 1,
    )
    _refuse(check_wording(body, texts.public))
    claim = _build_claim(ports.clock.now_ms(), village, maker, period, body)
    return _keep_draft(ports, claim, texts, label_rulebook(body, period))


def _build_rule(rule: RuleTemplate, texts: Discloser) -> Rule:
    said = {"evidence": rule.evidence, "group": rule.group, "item": rule.item, "unit": rule.unit}
    follow_up = {"follow_up": rule.follow_up} if rule.follow_up else {}
    return Rule(
        code=rule.code,
        monthly_cap=rule.monthly_cap,
        points=rule.points,
        sensitive=rule.sensitive,
        subject=rule.subject,
        text=texts.publish("rule", {**said, **follow_up}),
    )


def _check_number(number: str) -> list[Fault]:
    form = FORMS["决议编号"]
    if not number or form.pattern.fullmatch(number):
        return []
    place = "--resolution-number"
    found = format_found(hide_numbers(number))
    return [Fault(code=form.code, place=place, found=found, expected=form.expected, remedy=form.remedy)]


class SchemeOrder(NamedTuple):
    """What somebody adopts, by which meeting and from which month on: the shipped scheme of a `name`, or a
    `template` of the village's own.
    """

    maker: str
    period: str
    resolution: str
    name: str = ""
    template: SchemeTemplate | None = None


def prepare_scheme(
    ports: Ports,
    village: str,
    *,
    maker: str,
    period: str,
    resolution: str,
    name: str = "member-60",
    template: SchemeTemplate | None = None,
) -> Draft:
    """Draft the adoption of the shipped scheme of that `name`, or another `template`, in force from `period` on for
    the subject that it names.

    Raises Refused with every fault: also where the subject's newest version says the same. NotFound where no scheme of
    that name ships.
    """
    draft = build_scheme_draft(ports, village, SchemeOrder(maker, period, resolution, name, template))
    ports.vault.put_drafts(village, [draft])
    return draft


def build_scheme_draft(ports: Ports, village: str, order: SchemeOrder) -> Draft:
    """Return what `prepare_scheme` would keep, and keep nothing; raises as it does."""
    own = list_texts(order.template) if order.template is not None else {}  # What ships was read by us.
    template = order.template or load_scheme(order.name)
    texts = Discloser(ports.entropy)
    body = build_scheme(template, texts, resolution=order.resolution, version=1)
    faults = _check_adoption(ports, village, order.maker, order.period, order.resolution)
    faults += check_texts(own, list_names(ports, village))
    faults += check_template(template, body) + lint_scheme(body, texts.find)
    with ports.ledger.read(village) as reader:
        known = next(iter(list_schemes(reader.facts, get_subject(body))), None)
        if known is not None:
            same = {"resolution": body.resolution, "version": 1}
            before = disclose(msgspec.structs.replace(known, **same), _join(read_texts(reader), texts.find))
            if before == disclose(body, texts.find):
                faults.append(_build_scheme_unchanged(known.version))
    version = known.version + 1 if known is not None else 1
    slot = slot_of_scheme(get_subject(body))
    faults += check_slot(list_waiting_slots(ports.vault, village), slot)
    now_ms = ports.clock.now_ms()
    adopted = msgspec.structs.replace(body, version=version)
    claim = _build_claim(now_ms, village, order.maker, order.period, adopted)
    _refuse(faults)
    # What the log itself would say, of a month before the version in force: to whoever drafts, not to whoever passes.
    refuse_entry(ports, claim, now_ms)
    return _build_adoption(ports, claim, texts, f"{template.title}第 {version} 版，{order.period} 起用")


def _join(first: Texts, other: Texts) -> Texts:
    return lambda digest: first(digest) or other(digest)


def _build_scheme_unchanged(version: int) -> Fault:
    return Fault(
        code="scheme-unchanged",
        place="考评办法",
        found=f"与第 {version} 版相同",
        expected="有改动的考评办法",
        remedy="没有改动就不必再采用",
    )


def _check_adoption(ports: Ports, village: str, maker: str, period: str, resolution: str) -> list[Fault]:
    texts = check_texts({"--resolution": resolution}, list_names(ports, village))
    month = check_month(period) or _check_begun(ports, period)
    return texts + month + _check_maker(ports, village, maker)


def _check_begun(ports: Ports, period: str) -> list[Fault]:
    """A month that has not come yet is no month of an entry: whoever drafts is told, not whoever passes it."""
    today = get_day(ports.clock.now_ms())
    if period <= today[:7]:
        return []
    return [
        Fault(
            code="period-future",
            place="起用月份",
            found=period,
            expected=f"{today[:7]} 或更早的月份",
            remedy="还没到的月份不能记账；等那个月到了再采用",
        )
    ]


def _check_maker(ports: Ports, village: str, maker: str) -> list[Fault]:
    return check_person(ports.vault.find_person(village, maker), maker, MAKER_ROLES)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Refused(faults)


def _build_claim(now_ms: int, village: str, maker: str, period: str, body: Body) -> Claim:
    return Claim(
        body=body,
        kind=KIND_OF_BODY[type(body)],
        maker=name_clerk(maker),
        occurred_on=get_day(now_ms),
        period=period,
        village=village,
    )


def _keep_draft(ports: Ports, claim: Claim, texts: Discloser, label: str) -> Draft:
    draft = _build_adoption(ports, claim, texts, label)
    ports.vault.put_drafts(claim.village, [draft])
    return draft


def _build_adoption(ports: Ports, claim: Claim, texts: Discloser, label: str) -> Draft:
    return build_draft(ports, claim, label, batch=claim.kind, texts=texts)
