"""A witness as a server: tlog-witness over HTTP, in a folder and a process of its own."""
