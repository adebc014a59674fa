"""Attacks on the started server, one room of tests for all that is told in the security design: see `threats`."""
