"""Statements of the village's bank, compared with its books. Of a statement nothing is kept but what is left open."""
