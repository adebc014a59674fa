"""What a form brought. A page says which fields it takes, as a frozen dataclass; what is not among them is refused.

Every field is a `str`, an `Upload`, or a `tuple` of either that may come any number of times. A field that is missing
takes its default, and is refused where it has none. These are not a person's mistakes: our own forms always fit.
"""

from __future__ import annotations

import dataclasses
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException

from web.respond import AnyRequest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FIELDS_MAX = 2_000
"""Fields of one form: a month's marks of a village's members, five a member."""
ROWS_FIELDS_MAX = 12_000
"""Fields of a form of rows: 500 rows of the widest sheet, which has twenty-two columns, and room."""
TOKEN_FIELD = "csrf"  # noqa: S105  # The name of a field, not a secret.

FormT = TypeVar("FormT", bound="DataclassInstance")


@dataclass(frozen=True)
class Upload:
    """A file that was sent. `name` is what the browser called it: to be shown, never to be a path."""

    data: bytes
    name: str


NO_FILE = Upload(data=b"", name="")
"""What a browser sends of a field for a file where none was chosen."""


@dataclass(frozen=True)
class NoForm:
    """A form that brings nothing but that it was sent."""


Pairs = tuple[tuple[str, str | Upload], ...]


class FormRefused(ClientException):
    """What was sent is no form of ours; answered with 400."""


class FormTooLarge(FormRefused):
    """A form has more fields than its page; answered with 413, as one of too many bytes is."""

    status_code = 413


async def read_pairs(request: AnyRequest, *, takes_files: bool, fields_max: int = FIELDS_MAX) -> Pairs:
    """Return the fields of a request's body in their order. FormRefused for a body that is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return parse_fields(await request.body(), fields_max)
    if kind == "multipart/form-data" and takes_files:
        try:
            form = await request.form()
        except (UnicodeDecodeError, LookupError) as error:
            # The framework's parser lets out what a part of another encoding, or of none, makes of it.
            raise FormRefused("not UTF-8") from error
        pairs = [(name, await _read_value(value)) for name, value in form.multi_items()]
        if len(pairs) > fields_max:
            raise FormTooLarge("too many fields")
        return tuple(pairs)
    raise FormRefused("no form")


def parse_fields(body: bytes, fields_max: int = FIELDS_MAX) -> Pairs:
    """Return the fields of an urlencoded body. FormRefused for anything else, FormTooLarge for more of them."""
    if not body:
        return ()
    if body.count(b"&") >= fields_max:
        raise FormTooLarge("too many fields")
    try:
        text = body.decode("ascii")
        return tuple(
            urllib.parse.parse_qsl(
                text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=fields_max
            )
        )
    except ValueError as error:
        raise FormRefused("not urlencoded") from error


def build_form(kind: type[FormT], pairs: Pairs) -> FormT:
    """Return the fields as the page's dataclass. FormRefused for an unknown, doubled, missing or misshapen one."""
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    given: dict[str, list[str | Upload]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    given.pop(TOKEN_FIELD, None)
    if given.keys() - fields.keys():
        raise FormRefused("a field that the page has not")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in given:
            values[name] = _take(hints[name], given[name])
        elif hints[name] in (tuple[str, ...], tuple[Upload, ...]):
            values[name] = ()
        elif field.default is dataclasses.MISSING:
            raise FormRefused("a field is missing")
    return kind(**values)


def find_token(pairs: Iterable[tuple[str, str | Upload]]) -> str:
    """Return the token of a form; empty unless there is exactly one."""
    found = [value for name, value in pairs if name == TOKEN_FIELD]
    return found[0] if len(found) == 1 and isinstance(found[0], str) else ""


def _take(hint: object, values: list[str | Upload]) -> object:
    if hint == tuple[str, ...]:
        if all(isinstance(value, str) for value in values):
            return tuple(values)
    elif hint == tuple[Upload, ...]:
        if all(isinstance(value, Upload) or value == "" for value in values):
            return tuple(
                value for value in values if isinstance(value, Upload) and (value.data or value.name)
            )
    elif len(values) == 1 and isinstance(values[0], Upload if hint is Upload else str):
        return values[0]
    elif hint is Upload and values == [""]:
        return NO_FILE
    raise FormRefused("a field comes twice, or is not what it should be")


async def _read_value(value: Any) -> str | Upload:
    if isinstance(value, UploadFile):
        return Upload(data=await value.read(), name=value.filename)
    return "" if value is None else str(value)
