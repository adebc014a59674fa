"""What can be wrong, told apart by who must act.

| value or exception | whose mistake | who answers |
| --- | --- | --- |
| `Fault`, carried by `Refused` | the person who asked | that person: each fault says what to do next |
| `NotProven` | whoever handed us the evidence | nobody is accused; the claim simply stays unproven |
| `Tampered` | our own log contradicts itself | writing halts; an operator and an auditor |
| `NotFound` | the address | the person who followed it |

A programmer's mistake is `ValueError` or `assert` and crashes. Texts are Chinese because people read them; codes are
English, kebab-case, and listed in `ledger/ERRORS.md`. No text ever holds a secret, an identity number or a name.
"""

from collections.abc import Iterable

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong in what a person entered; a value, so that all of them can be shown at once.

    `code`      kebab-case English, e.g. `voucher-unbalanced`: stable, for programs and `ERRORS.md`
    `place`     where, as the person sees it: `第 3 行「金额」列`, `凭证 2026-11-017`
    `found`     what stands there; may be empty when nothing does
    `expected`  what would have been right
    `remedy`    what to do next, a whole sentence without its full stop
    """

    code: str
    place: str
    found: str
    expected: str
    remedy: str


def format_fault(fault: Fault) -> str:
    """One Chinese line: `place：现为 found，应为 expected。remedy。（code）`; empty parts are left out."""
    figures = [f"现为{fault.found}"] if fault.found else []
    figures += [f"应为{fault.expected}"] if fault.expected else []
    claim = "：".join(part for part in (fault.place, "，".join(figures)) if part)
    remedy = f"{fault.remedy}。" if fault.remedy else ""
    return f"{claim}。{remedy}（{fault.code}）"


class Refused(Exception):
    """A person's request is refused as a whole; nothing of it was applied. Carries every fault found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        if not self.faults:
            raise ValueError("a refusal needs at least one fault")
        super().__init__("\n".join(format_fault(fault) for fault in self.faults))


class InDoubt(ConnectionError):
    """The answer to a commit was lost: nobody knows whether something was recorded. Carries what to do."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(format_fault(fault))


class NotProven(Exception):
    """Evidence handed to us does not check. `str()` is the reason in Chinese, with its figures.

    `code` is kebab-case English, e.g. `inclusion-root`.
    """

    def __init__(self, reason: str, *, code: str = "not-proven") -> None:
        self.reason = reason
        self.code = code
        super().__init__(reason)


class Tampered(Exception):
    """Our own log contradicts itself at `index`. Halts writing; only the edge catches it.

    `expected` is what the rest of the log implies, `found` what is stored; both printable. What stands beside the
    entries has no index, -1, and is named by `subject`: a sealed file that is not what its digest says, a kept fact.
    """

    def __init__(self, index: int, expected: object, found: object, *, subject: str = "封存的文件") -> None:
        self.index = index
        self.expected = str(expected)
        self.found = str(found)
        named = f"日志第 {index} 条" if index >= 0 else subject
        self.subject = named.rstrip()  # A blank after what ends in Latin letters is for the sentence.
        super().__init__(f"{named}前后矛盾：应为 {self.expected}，实为 {self.found}")


class NotFound(Exception):
    """A `get_x` was asked for something that is not there; `str()` says what was looked for."""
