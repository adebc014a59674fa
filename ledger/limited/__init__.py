"""What others wrote is read in a child process that has little to lose: no settings, no network, few resources.

`pool` is the parent's side, `child` the loop on the other. What is asked and answered is the caller's: bytes.
"""
