"""Every shape that is decoded, prepared before there is a second thread.

msgspec 0.22 works out a class's fields when it is first decoded, and shows the half-made result to whoever decodes the
same class meanwhile: two first requests at once end the whole process (a null pointer, as a crowd did to a server that
had just begun). What was prepared once is safe in any number of threads.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache

import msgspec

PACKAGES = ("ledger", "web", "reports")


@cache
def prepare_shapes(packages: tuple[str, ...] = PACKAGES) -> int:
    """Prepare all classes of fields in the loaded modules of packages; return how many. Once in a process.

    Those with fields that nothing can be decoded to are left as they are: nothing is.
    """
    found = 0
    for kind in dict.fromkeys(_iterate_shapes(packages)):
        with suppress(TypeError, NameError, NotImplementedError):
            msgspec.json.Decoder(kind)
            found += 1
    return found


def _iterate_shapes(packages: Iterable[str]) -> Iterator[type]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in packages:
            yield from (
                value for value in vars(module).values() if isinstance(value, type) and _has_fields(value)
            )


def _has_fields(kind: type) -> bool:
    is_named = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return issubclass(kind, msgspec.Struct) or dataclasses.is_dataclass(kind) or is_named
