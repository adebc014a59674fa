"""Pages: the notice board, the sheets, what a printed code answers, and the demo village. No figure is made here."""
