"""Schedules as data: `text` reads what `repr` writes, and `json` writes and reads dictionaries.

Both look classes up in `names` and read token by token with `scan`: nothing is evaluated, and every
complaint has its place.
"""
