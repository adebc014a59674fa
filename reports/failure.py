"""The one way a sheet fails that is nobody's entry."""


class RenderFailed(RuntimeError):
    """A sheet could not be made, and not for anything in its figures: our own mistake or the machine's."""
