"""Schedules in other libraries' optimizers: import the module you need, nothing else does."""
