"""The clerk's workbooks: their columns, how they are read, and what each of them says.

`columns` is the table of what a workbook looks like, `archive` and `reading` turn bytes into typed cells, one
module a kind turns rows into bodies of entries, `templates` makes the empty workbook. WORKBOOKS.md is the
same for people.
"""
