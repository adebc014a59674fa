"""The care of a home as a whole: backing it up, restoring it, reading everything again before it is needed.

These know the folder and its files; what may be signed and recorded stays with `service`.
"""
