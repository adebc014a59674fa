"""Every limit on what comes from outside, with its unit in its name and its reason beside it.

A limit is checked before the thing it limits is parsed, stored or hashed.
"""

DAY_MS = 86_400_000
"""A day, in which the longer of these are counted."""

# The log (ledger/log). Source of the formats: RFC 6962, RFC 9162, C2SP.

HASH_BYTES = 32
"""SHA-256. A hash of any other length is refused, never padded or cut."""

ENTRY_MAX_BYTES = 65_535
"""An entry's length travels as uint16 in an entry bundle (tlog-tiles)."""

TREE_SIZE_MAX = 2**53 - 1
"""How many entries a tree may claim to have: the largest integer that every JSON reader keeps exact."""

PROOF_MAX_HASHES = 63
"""tlog-witness allows at most 63 lines in a proof; 2^53 leaves never need more than 53."""

NOTE_MAX_BYTES = 262_144
"""A signed note whole: 64 post-quantum signature lines of 3.3 kB and its text."""

NOTE_MAX_SIGNATURES = 64
"""Signature lines in one note; C2SP asks every reader to accept at least 16."""

KEY_NAME_MAX_BYTES = 255
"""UTF-8 bytes in the name of a key; cosignature 0x06 carries the length in one byte."""

VERIFIER_KEY_MAX_CHARS = 4_096
"""A verifier key's text; an ML-DSA-44 key takes about 1,800."""

POLICY_MAX_BYTES = 65_536
"""A policy's text: hundreds of witnesses."""

PROOF_FILE_MAX_BYTES = 270_336
"""A `.tlog-proof`: a note, 63 hashes of 45 bytes, the header."""

RECEIPT_SIZE_MAX = 2**40 - 1
"""The size in a printed code is an unsigned integer of five bytes."""

DISCLOSURE_MAX_BYTES = 65_536
"""A salted disclosure's base64url text, before it is decoded."""

DISCLOSURE_MAX_DEPTH = 8
"""Lists and objects within one another in a disclosed value; a points line needs 2."""

INTEGER_MAX = 2**53 - 1
"""Largest absolute value of an integer in an entry or a disclosure: what RFC 8785 and every browser keep exact."""

# Key files (ledger/keys).

KEY_FILE_MAX_BYTES = 4_096
"""A key file of any form; a protected one takes about 400 bytes."""

VAULT_FILE_MAX_BYTES = 16_777_216
"""A village's file of vault keys: 110 bytes a subject, so a hundred thousand of them."""

KDF_MEMORY_MAX_KIB = 1_048_576
"""Memory that a key file may ask for to derive from its passphrase: 1 GiB."""

KDF_PASSES_MAX = 16
"""Passes over that memory."""

KDF_LANES_MAX = 16
"""Lanes of it."""

PASSPHRASE_MIN_CHARS = 8
"""A new passphrase; what its guessing costs is set by the key file."""

PASSPHRASE_MAX_BYTES = 1_024
"""A passphrase in UTF-8."""

# The use cases (ledger/service).

CLOCK_BEHIND_MAX_MS = 600_000
"""How far the machine's clock may stand behind the newest entry before recording is refused."""

CLOCK_AHEAD_MAX_MS = DAY_MS
"""How far it may be ahead of every witness: a day too far ahead is a day without recording, once it is set right."""

CLOCK_UNSEEN_MAX_MS = 100 * DAY_MS
"""How long nothing may have been recorded or cosigned before a person must vouch for the date: the longest quarter, in
which books are closed at least once, and a week.
"""

# Workbooks that people hand in (ledger/service). Source: SECURITY findings on archives and workbooks.

WORKBOOK_MAX_BYTES = 8_388_608
"""A workbook file as handed in; 5,000 full voucher rows take 0.4 MB, a round of 50,000 rows as separated values 5."""

WORKBOOK_MAX_MEMBERS = 200
"""Files within a workbook's archive; a clerk's has about fifteen."""

WORKBOOK_MAX_UNPACKED_BYTES = 33_554_432
"""All files of the archive unpacked, as its directory says: a round of 50,000 rows takes 16 MB."""

WORKBOOK_MAX_RATIO = 200
"""Unpacked to packed size of one file of the archive; real worksheets reach about 30."""

WORKBOOK_MAX_ROWS = 5_000
"""Rows of one worksheet below its header; a year's vouchers of a village take about 3,000."""

ROUND_MAX_ROWS = 60_000
"""Rows of a month's round, which is handed in whole: 5,000 households with ten awards each, and some with more."""

WORKBOOK_MAX_COLUMNS = 64
"""Columns of one worksheet."""

WORKBOOK_CPU_S = 90
"""Processor seconds to read one file; 5,000 full voucher rows take about two, a round of 50,000 rows about twenty."""

WORKBOOK_MEMORY_BYTES = 536_870_912
"""Address space of the process that reads it: 512 MiB; a round of 50,000 rows takes about 370."""

WORKBOOK_WALL_S = 300
"""Seconds by the clock to read it, on a busy machine too."""

WORKBOOK_REPLY_MAX_BYTES = 134_217_728
"""What reading a file may give, lines and faults."""

WORKBOOKS_AT_ONCE = 2
"""Files that one process of ours has read at a time: as many as a village's machine has cores."""

TYPED_MAX_ROWS = 500
"""Rows typed on one page: a month of 100 vouchers with three lines each, or all lines of an entry that came back."""

CELL_MAX_CHARS = 1_000
"""Characters of one cell, before it is looked at."""

FAULTS_MAX_SHOWN = 200
"""Faults told at once about one workbook; the rest is counted."""

ENTRY_MAX_LINES = 500
"""Lines of a round, or sealed persons, in one entry: 500 of 115 bytes stay below ENTRY_MAX_BYTES."""

SUMMARY_MAX_CHARS = 80
"""A voucher's summary or a public reason: two lines of a printed sheet."""

EVIDENCE_MAX_CHARS = 200
"""What a points line rests on; private."""

TYPED_MAX_CHARS = 200
"""A public text typed in a command: a resolution, a reason, a village's name."""

WORDING_MAX_CHARS = 400
"""What a meeting resolved, what it heard and promised, or what became of it: public."""

NAME_MAX_CHARS = 40
"""A person's name, an office, a branch, a code."""

EVIDENCE_MAX_BYTES = 16_777_216
"""The data attached to a sheet's PDF: a month of 2,000 vouchers, or thirty parts of a points round."""

SOURCE_FILE_MAX_BYTES = 67_108_864
"""One file of a copy that is audited: four times a bundle of 256 entries of full size."""

# Photos and PDF of source documents that people hand in (web/attachments).

ATTACHMENT_MAX_BYTES = 20_971_520
"""One file: 20 MiB; a phone's photo takes 3 to 8."""

ATTACHMENT_MAX_PIXELS = 24_000_000
"""Of a photo: 24 megapixels, a phone's ordinary mode; decoded it takes 96 MB."""

ATTACHMENT_MAX_PAGES = 20
"""Of one PDF: a contract, or a month's bank statement."""

ATTACHMENT_EDGE_PX = 1_600
"""Longer edge of a page as it is kept: the small print of an A4 receipt stays legible."""

ATTACHMENT_QUALITY = 80
"""Of the JPEG that a page is kept as: about 0.3 MB a page."""

ATTACHMENT_CPU_S = 30
"""Processor seconds to make the pages of one file; twenty pages take about five."""

ATTACHMENT_MEMORY_BYTES = 1_073_741_824
"""Address space of the process that makes them: 1 GiB, a photo of full size several times over."""

ATTACHMENT_WALL_S = 120
"""Seconds by the clock to make them, on a busy machine too."""

ATTACHMENT_REPLY_MAX_BYTES = 67_108_864
"""All pages of one file together."""

ATTACHMENTS_AT_ONCE = 2
"""Files that one process of ours has opened at a time: as many as a village's machine has cores."""

REPORT_FORM_MAX_BYTES = 25_165_824
"""A report with its photos, in one form: 24 MiB, three photos as a phone takes them."""

# What was attached to vouchers and is kept (ledger/service/trays, ledger/store/documents).

DOCUMENTS_FORM_MAX_BYTES = 33_554_432
"""Files sent in one form: 32 MiB, several photos of a phone."""

DOCUMENT_FILE_MAX_BYTES = 134_217_728
"""An encrypted original with its pages, before it is read: several times what one can come to."""

DOCUMENTS_MONTH_MAX_BYTES = 2_147_483_648
"""Originals that a village may put in a calendar month: 2 GiB, some hundreds of photos."""

DOCUMENT_AREAS_MAX = 400
"""Rectangles blacked out of one document: more than a grid of 10 by 14 on its densest two pages."""

TRAY_EXPIRES_DAYS = 7
"""What was attached and not handed in for so long is dropped."""

# Witnesses (ledger/log/witness, ledger/service/witnessing).

WITNESS_BODY_MAX_BYTES = 65_536
"""A request to a witness, or its answer: 63 hashes take 3 kB, sixteen post-quantum signature lines 54 kB."""

ADOPTED_POLICY_MAX_BYTES = 32_768
"""A policy that a village adopts: its text stands in a disclosure, which base64 makes a third longer."""

WITNESSES_MAX = 32
"""Witnesses of one policy: their lines fit into a note beside the log's. C2SP asks readers to take as many."""

COSIGNED_SIZES_LOOKED_AT = 256
"""Newest cosigned checkpoints among which the last with a quorum is looked for."""

CONFLICTS_KEPT_MAX = 100
"""Checkpoints of one log that a witness keeps as evidence that it forked: one proves it."""
