"""What an audience sees of a person's name.

The mask keeps enough for neighbours to recognise whom they can ask, and not enough for a stranger to look a
person up (个人信息保护法 art. 25). Minors are never named at all; that is decided where their data would be
kept.
"""

from __future__ import annotations

from ledger.books.values import drop_blanks

MASK = "*"


def mask_name(name: str) -> str:
    """Return a masked name: `王*`, `王*强`, `欧*明`.

    The first character is shown; from three characters on the last one too, with a single star for all
    between, so that the mask does not tell how long the name is. Blanks around and inside do not count; no
    name gives "".
    """
    letters = drop_blanks(name)
    if not letters:
        return ""
    return letters[0] + MASK + (letters[-1] if len(letters) >= 3 else "")
