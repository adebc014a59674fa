"""Paper: the sheets as A4 PDFs. Lays out what `ledger.books` has calculated and calculates nothing
itself.

| module | subject |
| --- | --- |
| `render` | a job in, the PDF's bytes out: the whole way in one function |
| `worker`, `child` | the same in child processes with limits of time and memory |
| `toolchain` | which programs and fonts shape the bytes |
| `commands` | `mingbai sheet` |
| `finance`, `points`, `scores`, `spans` | the values of each sheet, as strings ready to lay out |
| `frame` | what all sheets share: head, codes, footer |
| `booklet`, `certificates`, `lane_board` | the rulebook to hold in the hand; certificates of honours; a lane's board |
| `assessment` | a round of assessment: branches and grids by place, persons without names |
| `awards_list` | the honours of a year, with the names of those who agreed |
| `branch` | a branch's scores, displayed within it |
| `grid_sheet` | a month of the village's grids, or of one of them |
| `star_plate` | the plate of a branch's or a secretary's star |
| `ballots` | slips with the codes of a secret ballot |
| `words`, `columns`, `codes` | amounts and days as text; widths of columns; the two printed codes |
| `texts` | what texts may be printed: glyphs, control characters, lengths, numbers of rows |
| `failure` | `RenderFailed` |
| `fonts`, `fetcher`, `pdf` | WeasyPrint, held to our own fonts and assets |
"""
