"""Pages that anyone may open: one module is one page, a frozen dataclass with its builder and its handler."""
