"""What a reader of honest books would ask about: rules over small values, each a function, with thresholds from data.

A concern is a question, not an accusation: somebody who looks through the books would want it explained. It is
another thing than an audit's finding, which says that a log does not agree with itself. Nothing here reads a clock:
the day from which one counts comes in.
"""
