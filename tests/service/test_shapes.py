"""Classes are decoded by many threads at once, for the first time: what ended a server that had just begun."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import msgspec

from ledger.shapes import prepare_shapes

ROOT = Path(__file__).parents[2]
CROWD = """
import sys, threading, types
import msgspec
from ledger.shapes import prepare_shapes
sys.setswitchinterval(1e-6)
HEAD = "import msgspec\\nfrom dataclasses import dataclass\\nfrom typing import Annotated, NamedTuple\\n"
KINDS = ("class A{}(msgspec.Struct):", "@dataclass\\nclass A{}:", "class A{}(NamedTuple):")
FIELDS = "".join(f"    f{n}: Annotated[tuple[int | str, ...], msgspec.Meta(min_length=0)]\\n" for n in range(8))
for turn in range(90):
    module = types.ModuleType(f"crowd{turn}")
    sys.modules[module.__name__] = module
    source, value = HEAD, 1
    for at in range(30):
        source += KINDS[turn % 3].format(at) + "\\n" + FIELDS + f"    g: {f'A{at - 1}' if at else 'int'}\\n"
        value = [*[[1]] * 8, value] if turn % 3 == 2 else {f"f{n}": [1] for n in range(8)} | {"g": value}
    exec(source, module.__dict__)
    if sys.argv[1] == "prepared":
        assert prepare_shapes((module.__name__,)) == 30
    start, data = threading.Barrier(6), msgspec.json.encode(value)
    def run():
        start.wait()
        msgspec.json.decode(data, type=module.A29)
    crowd = [threading.Thread(target=run) for _ in range(6)]
    for one in crowd: one.start()
    for one in crowd: one.join()
"""


def test_what_was_prepared_is_decoded_by_a_crowd() -> None:
    done = subprocess.run([sys.executable, "-c", CROWD, "prepared"], cwd=ROOT, check=False)

    assert done.returncode == 0


def test_all_classes_of_the_program_are_prepared_once() -> None:
    importlib.import_module("web.app")  # All that a server loads.

    count = prepare_shapes()

    assert count > len(msgspec.Struct.__subclasses__())
    assert prepare_shapes() == count
