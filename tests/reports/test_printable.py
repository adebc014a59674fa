"""What import lets pass is what the fonts print: the list that ships with the ledger is that of the fonts."""

from __future__ import annotations

from ledger.data import load_glyphs
from reports.fonts import get_coverage


def test_every_character_that_import_lets_pass_has_a_glyph() -> None:
    assert load_glyphs() - get_coverage() == set()


def test_no_character_with_a_glyph_is_refused_at_import() -> None:
    """Fails where the machine has newer fonts than those of the list: then list what they hold."""
    assert get_coverage() - load_glyphs() == set()
