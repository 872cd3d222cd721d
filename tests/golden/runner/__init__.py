"""Runner of the golden cases; see ../README.md."""
