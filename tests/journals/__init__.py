"""The books we export, read by programs of others: they must say what we say, to the fen."""
