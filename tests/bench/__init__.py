"""`./mingbai bench`: what the product costs, in ratios to the barest way of doing the same and to its peers.

No tests: machines differ and drift, so nothing here passes or fails. Every ratio is taken in one run with the sides
alternating, which is what makes it mean something on a machine that others use too.

| module | subject |
| --- | --- |
| `__main__` | the command line: which jobs at which sizes, and the table |
| `measuring` | time and processor time of two sides that take turns, and what they give as ratios |
| `story` | the entries: a village's months, one after another, for as long as wanted |
| `places` | a home filled with the story, and beside it the same rows with nothing around them |
| `peers` | pymerkle, where it is installed; nothing else imports it |
| `append`, `single`, `auditing`, `proofs`, `pages` | one job each |
| `serving` | the process whose pages are asked for |
"""
