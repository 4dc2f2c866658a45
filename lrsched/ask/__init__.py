"""Questions about a schedule, answered without visiting every step where that can be.

`describe` lists its phases and what may be wrong with it, `joins` where it may jump, `questions`
finds where it crosses a value or parts from another, `area` adds it up, and `bounds` says where
they need not look.
"""
