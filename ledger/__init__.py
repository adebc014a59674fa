"""The evidence and the books of a village: an append-only log and what its entries add up to.

Usable alone by an auditor; imports nothing of `reports` or `web`. `ARCHITECTURE` of the package, bottom up:
`errors` and `limits`; `log` (evidence, knows no village) beside `books` (meaning, knows no hash); `entries`;
`canonical` (the only encoder); `state`; `audit`; `ports`; then the shell that touches disk and keys.
"""
