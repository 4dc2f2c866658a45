"""Pictures: `terminal` draws with characters, `svg` for notebooks, and with matplotlib `plot` draws
schedules and `range_test` the losses of one.
"""
