"""Questions about a schedule, answered without visiting every step where that can be.

`describe` lists its phases, `findings` what may be wrong with it, `boundaries` where one piece of
it gives way to the next; `questions` finds where it crosses a value or parts from another, `area`
adds it up, `clocks` makes of batch sizes the samples seen, `peaks` takes a rate from the losses of
a range test, and `bounds` says where they need not look.
"""
