"""The desk: pages for those who work in a village's books, behind a sign-in.

| module | subject |
| --- | --- |
| `routing` | how a handler becomes a route of the desk: who may, and what a form must bring |
| `forms` | what a form brought, as a frozen dataclass |
| `frame` | what every page of the desk shares, and how a page is answered |
| `sheet_view` | a sheet that is typed, as its page shows it, with faults beside their cells |
| `jury_view`, `jury_room` | the jury's round as a grid: how it is shown, and its page |
| `sign_in`, `set_up`, `account`, `home`, `drafts`, `imports`, `begun`, `write`, `vouchers` | the pages |

Rules that always hold: a route says what it takes to be allowed; every answer is `no-store`; GET changes nothing; a
village comes from the session, never from the address.
"""
