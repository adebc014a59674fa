"""The command line, one module a room: each command gathers its arguments, calls one use case and prints."""
