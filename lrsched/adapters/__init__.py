"""Schedules in other libraries' optimizers: import the module you need, nothing else does.

`progress` is for loops that count in fractions of their run.
"""

from lrsched.adapters._progress import progress as progress
