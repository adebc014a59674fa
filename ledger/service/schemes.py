"""A scheme on its way to being adopted: read from a file, judged whole, built; and lint of what its texts say.

What a file says is judged before it is an entry, and all of it at once: words that are no choice, numbers that do not
add up, and texts that a rulebook may not say either. A score has no consequence but for honours that the organisation
itself gives: another one cannot be written down.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

import msgspec

from ledger.books.rule_lint import Wording, build_lint_fault, lint_rule, list_refused
from ledger.books.schemes import check_scheme
from ledger.books.scores import (
    ComponentCode,
    Counts,
    ItemCode,
    Marker,
    Measure,
    OwnHonour,
    SchemeAdopted,
    SchemeComponent,
    SchemeEffect,
    SchemeItem,
    SchemeName,
    SchemeSpan,
    Source,
    Subject,
)
from ledger.data import load_rule_words
from ledger.data.templates import ComponentTemplate, SchemeTemplate
from ledger.errors import Fault, Refused
from ledger.figures.texts import Texts
from ledger.service.drafts import Discloser

_FILE = "考评办法文件"
_AT = re.compile(r"at line ([0-9]+), column ([0-9]+)")
_FIELD = re.compile(r"[a-z_]+")
_KINDS = {
    "array": "一列",
    "bool": "是否",
    "float": "小数",
    "int": "整数",
    "object": "一组",
    "str": "文字",
    **dict.fromkeys(("date", "datetime", "time"), "日期"),
}
_MISFITS = {
    r"Object missing required field `(\w+)`": "没有写 {}",
    r"Object contains unknown field `(.+)`": "多了 {}",
    r"Expected `(\w+)`, got `(\w+)`": "写成了{1}，不是{0}",
    r"Expected `int` >= (-?[0-9]+)": "小于 {0}",
    r"Expected `int` <= ([0-9]+)": "大于 {0}",
    r"Expected `array` of length <= ([0-9]+)": "多于 {0} 条",
    r"Expected `array` of length >= ([0-9]+)": "少于 {0} 条",
}
"""What the library says of a value that does not fit, in English, and how it is told."""
_LISTED = {"components": "部分", "effects": "影响", "items": "项目", "stars": "分数线"}


def read_scheme_file(data: bytes) -> SchemeTemplate:
    """Return the scheme that a TOML file holds, as `schemes.toml` writes one (`basis` may be left out), not judged yet.

    Raises Refused with every fault of its form.
    """
    text = decode_scheme_file(data)
    if text is None:
        raise Refused([_build_toml_fault("读不出文字")])
    try:
        value: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # A number of thousands of digits; brackets in brackets.
        at = _AT.search(str(error))
        raise Refused(
            [_build_toml_fault(f"第 {at[1]} 行第 {at[2]} 个字附近写法不对" if at else "有一处没有写完")]
        ) from error
    _fill_basis(value)
    template, faults = _convert_rows(value)
    if template is None or faults:
        raise Refused(faults)
    return template


def decode_scheme_file(data: bytes) -> str | None:
    """Return a file's text as editors save it, of which some write GB 18030; None where it is no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def check_template(template: SchemeTemplate, body: SchemeAdopted) -> list[Fault]:
    """Return every fault of a template and of the `body` built from it, but for what its texts say."""
    faults = [*_check_codes(template), *_check_words(template)]
    faults += [
        Fault(
            code="grade-twice",
            place=f"考评办法的等次 {name}",
            found="又出现一次",
            expected="每个等次一个名称",
            remedy="换一个名称",
        )
        for name in dict.fromkeys(template.grades)
        if template.grades.count(name) > 1
    ]
    if not template.stars:
        place, found = "考评办法的分数线", "一条也没有"
        faults.append(_build_form_fault(place, found, "至少一条", "写明几分起评什么"))
        return faults  # What else a scheme can have wrong speaks of its lowest.
    faults += check_scheme(body)
    return faults or _check_whole(body)


def list_texts(template: SchemeTemplate) -> dict[str, str]:
    """Return every text of a template that will be public, by where it stands."""
    items = {
        f"考评项目 {item.code} 的{name}": text for item in template.items for name, text in _name_parts(item)
    }
    return {
        "考评办法的名称": template.title,
        **{f"考评办法的部分 {one.code}": one.title for one in template.components},
        **{f"考评办法的等次 {number}": name for number, name in enumerate(template.grades, 1)},
        **{f"考评办法的步骤 {number}": name for number, name in enumerate(template.steps, 1)},
        **items,
    }


def build_scheme(
    template: SchemeTemplate, texts: Discloser, *, resolution: str, version: int
) -> SchemeAdopted:
    """Return the entry's body. Where a word of the template is no choice, the first one stands in for it: that it is
    wrong is `check_template`'s to say.
    """
    items = tuple(
        SchemeItem(
            code=item.code,
            component=item.component,
            monthly_cap=item.monthly_cap,
            points=item.points,
            text=texts.publish("item", {"group": item.group, "item": item.item, "unit": item.unit}),
        )
        for item in template.items
    )
    components = tuple(_build_component(one, template, texts) for one in template.components)
    grades = tuple(texts.publish("grade", name) for name in template.grades)
    steps = tuple(texts.publish("step", name) for name in template.steps)
    effects = tuple(
        SchemeEffect(
            lasts=_choose(one.lasts, SchemeSpan, "year"),
            loses=_choose(one.loses, OwnHonour),
            stars=one.stars,
        )
        for one in template.effects
    )
    subject, every = _choose(template.subject, Subject, "member"), _choose(template.every, SchemeSpan)
    return SchemeAdopted(
        base=template.base,
        components=components or None,
        effects=effects or None,
        every=None if every == "month" else every,
        grades=grades or None,
        items=items,
        marker=_choose(template.marker, Marker) if template.marker else None,
        resolution=texts.publish("resolution", resolution),
        scheme=template.scheme,
        stars=template.stars,
        steps=steps or None,
        subject=None if subject == "member" else subject,
        title=texts.publish("title", template.title),
        version=version,
    )


def lint_scheme(body: SchemeAdopted, find: Texts) -> list[Fault]:
    """Return a fault for everything unlawful that a scheme says, by the words that no rulebook may say either."""
    faults = []
    for place, wording in _list_wordings(body, find):
        faults += [
            build_lint_fault(finding, place)
            for finding in list_refused(lint_rule(load_rule_words(), wording))
        ]
    return faults


def _list_wordings(body: SchemeAdopted, find: Texts) -> Iterator[tuple[str, Wording]]:
    for item in body.items:
        said = find(item.text.text)
        parts = said if isinstance(said, dict) else {}
        for name, key in (("分类", "group"), ("名称", "item"), ("单位", "unit")):
            yield f"考评项目 {item.code} 的{name}", _build_wording(str(parts.get(key, "")), item.points)
    named = {
        "考评办法的名称": (body.title,),
        "考评办法的部分": tuple(one.text for one in body.components or ()),
        "考评办法的等次": body.grades or (),
        "考评办法的步骤": body.steps or (),
    }
    for place, texts in named.items():
        for text in texts:
            yield place, _build_wording(str(find(text.text) or ""), -1)


def _build_wording(text: str, points: int) -> Wording:
    return Wording(
        code="", evidence="台账", follow_up="", group="", item=text, monthly_cap=1, points=points, unit=""
    )


def _build_component(one: ComponentTemplate, template: SchemeTemplate, texts: Discloser) -> SchemeComponent:
    measures = tuple(
        Measure(counts=_choose(row.counts, Counts), points=row.points, target=row.target)
        for row in one.measures
    )
    has_items = any(item.component == one.code for item in template.items)
    likely = "counts" if measures else "marks" if has_items else "ballot"
    return SchemeComponent(
        code=one.code,
        measures=measures or None,
        source=_choose(one.source, Source, likely),
        text=texts.publish("component", one.title),
        weight=one.weight,
    )


def _choose(word: str, choices: Any, otherwise: str = "") -> Any:
    known = get_args(choices)
    return word if word in known else otherwise or known[0]


def _check_codes(template: SchemeTemplate) -> Iterator[Fault]:
    codes = [
        ("考评办法 scheme", template.scheme, SchemeName, "小写字母、数字和连字符，字母开头，2–40 个"),
        *((f"考评项目 {item.code}", item.code, ItemCode, "P 或 N 加两位数字") for item in template.items),
        *(
            (f"考评办法的部分 {one.code}", one.code, ComponentCode, "一个大写字母")
            for one in template.components
        ),
    ]
    for place, code, form, expected in codes:
        try:
            msgspec.convert(code, form)
        except msgspec.ValidationError:
            yield _build_form_fault(place, code, expected, "改正编号")


def _check_words(template: SchemeTemplate) -> Iterator[Fault]:
    words: list[tuple[str, str, Any]] = [
        ("考评办法 subject", template.subject, Subject),
        ("考评办法 every", template.every, SchemeSpan),
        ("考评办法 marker", template.marker or get_args(Marker)[0], Marker),
    ]
    for one in template.components:
        words.append((f"考评办法的部分 {one.code} source", one.source, Source))
        words += [(f"考评办法的部分 {one.code} counts", row.counts, Counts) for row in one.measures]
    words += [
        (f"考评办法的影响第 {number} 条 lasts", row.lasts, SchemeSpan)
        for number, row in enumerate(template.effects, 1)
    ]
    for place, word, choices in words:
        if word not in get_args(choices):
            yield _build_form_fault(place, word, "、".join(get_args(choices)) + " 之一", "照写其中一个")
    for number, row in enumerate(template.effects, 1):
        if row.loses not in get_args(OwnHonour):
            yield Fault(
                code="effect-honours",
                place=f"考评办法的影响第 {number} 条 loses",
                found=row.loses,
                expected="本组织自己的荣誉：commendation 评优表彰，exemplar 先进典型",
                remedy="分数只和本组织自己的荣誉挂钩，别的影响不能写；改正或者删去这一条",
            )


def _check_whole(body: SchemeAdopted) -> list[Fault]:
    """What is left: more of something than an entry holds, or a number that it does not."""
    try:
        msgspec.convert(msgspec.to_builtins(body), SchemeAdopted)
    except msgspec.ValidationError as error:
        return [
            _build_form_fault(
                "考评办法", _tell_misfit(error), "项目不超过 200 条，其余不超过 10 条", "改短或者改正"
            )
        ]
    return []


def _name_parts(item: Any) -> Iterable[tuple[str, str]]:
    return (("分类", item.group), ("名称", item.item), ("单位", item.unit))


def _fill_basis(value: dict[str, Any]) -> None:
    """Say of everything in a file of one's own that it is the village's."""
    rows = [value]
    for key in _LISTED:
        listed = value.get(key)
        rows += [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    for row in list(rows):
        measures = row.get("measures")
        rows += [one for one in measures if isinstance(one, dict)] if isinstance(measures, list) else []
    for row in rows:
        if "from_score" not in row and "basis" not in row:
            row["basis"] = "village"


def _convert_rows(value: Mapping[str, Any]) -> tuple[SchemeTemplate | None, list[Fault]]:
    """Convert a file row by row, so that a wrong row hides no other one; then the whole."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(SchemeTemplate)}
    faults: list[Fault] = []
    for key, name in _LISTED.items():
        listed = value.get(key, ())
        for number, row in enumerate(listed if isinstance(listed, list) else (), 1):
            faults += _try_row(row, get_args(kinds[key])[0], f"{_FILE}的{name}第 {number} 条")
    whole = {key: given for key, given in value.items() if not (key in _LISTED and isinstance(given, list))}
    kept = {key: () for key in _LISTED if key in value and key not in whole}
    faults += _try_row({**whole, **kept}, SchemeTemplate, _FILE)
    return (None, faults) if faults else (msgspec.convert(value, SchemeTemplate), faults)


def _try_row(row: object, kind: Any, place: str) -> Sequence[Fault]:
    try:
        msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        fields = "、".join(field.name for field in msgspec.structs.fields(kind))
        return [
            _build_form_fault(place, _tell_misfit(error), f"只有这些：{fields}", "照随程序附带的办法改正")
        ]
    return []


def _tell_misfit(error: msgspec.ValidationError) -> str:
    """Return what of a row does not fit, as whoever wrote the file reads it."""
    said = str(error)
    where = "".join(f"{name} " for name in _FIELD.findall(said.partition(" - at ")[2]))
    for pattern, words in _MISFITS.items():
        if found := re.match(pattern, said):
            return where + words.format(*(_KINDS.get(part, part) for part in found.groups()))
    return said


def _build_toml_fault(found: str) -> Fault:
    return _build_form_fault(_FILE, found, "UTF-8 的 TOML", "照随程序附带的办法改写")


def _build_form_fault(place: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(code="scheme-form", place=place, found=found, expected=expected, remedy=remedy)
