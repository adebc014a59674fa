"""The printed sheets: what stands on them, what they carry, what cannot get into them."""
