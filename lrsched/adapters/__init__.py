"""Schedules in other libraries' optimizers: import the module you need, nothing else does.

`progress` is for loops that count in fractions of their run; `loops` says of each loop what it
counts.
"""

from lrsched.adapters.loops import progress as progress
