"""The seal of a disclosure sheet: which figures were hung, computed at which size of the log."""

from __future__ import annotations

from ledger.books.values import (
    FileDigest,
    Positive,
    SheetKind,
    SheetNumber,
    SheetNumberOrNone,
    Value,
)


class SheetSealed(Value, frozen=True):
    """`sheet.sealed`: a sheet of the entry's period, fixed to the checkpoint of `size` entries."""

    figures: FileDigest  # of the canonical figures, see SHEETS.md
    follows: SheetNumberOrNone  # the sealed sheet of this kind before it, whatever its month
    number: SheetNumber
    pdf: FileDigest
    replaces: SheetNumberOrNone  # the sheet of the same month that this one corrects
    sheet: SheetKind
    size: Positive
    toolchain: FileDigest  # of the list of programs and fonts that made the PDF
