"""Pictures: `terminal` draws with characters, `svg` for notebooks, `plot` with matplotlib."""
