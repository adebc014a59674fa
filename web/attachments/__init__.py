"""Photos and PDF of source documents: handed in as anything, handed on as plain pictures.

`values` is what comes and goes, `formats` says what a file is, `pictures` makes the pages, in `child`, a process with
limits; `processing` is the way in. Nothing here keeps anything: the archive does.
"""
