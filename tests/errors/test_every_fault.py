"""Each code of a fault stands, in its brackets, at the end of a line that some test compares."""

from __future__ import annotations

import ast
import re

from tests.house.sources import PACKAGES, ROOT, parse_modules
from tests.house.test_fault_codes import _code_arguments, _last_name


def test_every_fault_is_compared_whole_somewhere() -> None:
    made = {
        code
        for _, tree in parse_modules(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.search("fault$", _last_name(node.func), re.IGNORECASE)
        for code in _code_arguments(node)
    }
    compared = {
        code
        for path in (ROOT / "tests").rglob("*.py")
        for code in re.findall(r"（([a-z0-9-]+)）", path.read_text(encoding="utf-8"))
    }

    assert len(made) > 150
    assert made - compared == set()
