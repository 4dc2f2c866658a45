"""Questions about a schedule, answered without visiting every step where that can be.

`describe` lists its phases, `findings` what may be wrong with it, `boundaries` where one piece of
it gives way to the next; `questions` finds where it crosses a value or parts from another, `area`
adds it up, `clocks` makes of batch sizes the samples seen, and `bounds` says where they need not
look.

Others are about the run that a schedule is used for, and visit each of its steps (`rates`):
`convex` has a guarantee for the end of it, `averages` what is left of each update, `laws` the
losses to expect, with constants found by `fits` and sums made fast by `kernels`; `compare` asks
them all of several schedules. `peaks` takes a rate from the losses of a range test.
"""
