"""The township's room: several villages beside each other, for whoever keeps books for all of them."""
