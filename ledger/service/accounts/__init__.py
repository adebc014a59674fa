"""Accounts, signing in, sessions and the desk's log.

| module | subject |
| --- | --- |
| `names` | sign-in names: folded, so that no two look alike to the machine |
| `passwords` | what a password must be, and how it is hashed: few at once, and as long for a name that nobody has |
| `factors` | the second factor: codes of thirty seconds, and recovery codes on paper |
| `delays` | how guessing is slowed without locking anybody out |
| `rights` | which roles somebody has, and who may do what |
| `desk_log` | the facts that are logged, as lines that hold no personal value, and how their chain is checked |
| `health` | what the doctor says of the desk's log |
| `sessions` | who is signed in: opened, found, turned over, ended |
| `sign_in` | the way in: name and password, then the second factor |
| `passkeys` | the other way in: a key in somebody's phone or computer |
| `own` | what people change of their own account |
| `duties` | who gives and takes duties, so that it is on record and ends what was open |
| `once` | what a second click of the same form makes: the same |
| `manage` | what the operator does with others' accounts |

Rules that always hold: a secret is shown once and kept as a hash, or sealed; a refusal tells nobody whether a name
exists; whatever ends a right ends its sessions in the same transaction; nothing here decides what an entry may say.
"""
