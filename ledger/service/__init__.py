"""The use cases, each one gathering, asking the core, and applying; none is longer than a screen.

They know ports only. What a person got wrong comes back as `Refused` with every fault at once; what the log
contradicts is `Tampered` and halts.
"""
