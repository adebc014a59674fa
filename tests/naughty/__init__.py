"""Texts that want to be more than text, through every field and out again: see `texts` and `fields`."""
