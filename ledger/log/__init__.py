"""Evidence: that entries stand in one append-only order, who signed it, and how little is needed to check it.

Knows no village and no kind of entry: entries are bytes. Every format is plain RFC 6962, RFC 9162 or C2SP,
so that programs written by others verify what we publish. All of it is pure: bytes in, values or refusals
out.

| module | subject |
| --- | --- |
| `hashing` | the one hash: leaf, node, empty tree, its text |
| `chain` | every entry names the leaf hash of the entry before it |
| `tree` | the frontier: the few hashes that appending and the root need |
| `tiles` | how a tree's hashes and entries are cut, named and read back |
| `proofs` | inclusion and consistency: build from tiles, verify without |
| `keys` | verifier keys, signers, the one rule for Ed25519 |
| `note` | text signed by keys |
| `checkpoint` | origin, size and root, as a note |
| `rotation` | one key of a log hands over to the next; which counts at which size |
| `cosignature` | a witness's timestamped statement on a checkpoint |
| `policy` | which logs and which sets of witnesses count |
| `witness` | what a witness is asked, and what it answers |
| `confirmation` | how far witnesses have confirmed a log |
| `proof_file` | one entry's whole proof in one small text file |
| `receipt` | the digits in the printed code, and the fingerprint beside it |
| `commitments` | salted disclosures: what an entry holds in place of text |

What is refused raises `NotProven` with the figures. `format_x` and signing raise `ValueError` for impossible
values, since only our own code hands them those.
"""
