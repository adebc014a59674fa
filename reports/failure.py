"""The one way a sheet fails that is nobody's entry."""

from ledger.errors import Fault, Refused


class RenderFailed(Refused):
    """A sheet could not be made, and not for anything in its figures: our own mistake or the machine's.

    `reason` names the kind of error and no data. A refusal, since nothing was done: whoever seals or prints is told so.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__([_build_fault(reason)])


def _build_fault(reason: str) -> Fault:
    return Fault(
        code="sheet-failed",
        place="打印公开表",
        found=f"打印程序出了错（{reason}）",
        expected="排得出的公开表",
        remedy="这张表没有打印，原来的公开表不受影响；再做一次，还是不行的，用 mingbai doctor 检查磁盘和字体",
    )
