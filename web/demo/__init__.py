"""The demo village 石榴河村: invented people and numbers, made only through the product's own doors.

`workbooks/` holds what its clerk would keep in Excel, under version control; `draw` made them once and a test
holds them to it. `build` imports, passes, closes and seals them month by month, as its people would have done
in 2026.
"""
