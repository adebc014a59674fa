"""The auditor's room: entries, checkpoints and trial balances to look through, an audit to run, a bundle to take away.

It stands on the accounts of the desk. A page shows the village that the session acts in, and never changes it.
"""
