"""Meaning: what a village's claims say, as frozen values and pure functions.

This package has never heard of a hash, a log, a file or a clock. A digest is an opaque string here: it
stands for a text that is kept elsewhere. Each module holds the bodies of its kinds, `check_x` functions
that return every fault at once, and calculations.
"""
