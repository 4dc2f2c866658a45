"""How fast and how accurate, side by side with the peers: one question a file."""
