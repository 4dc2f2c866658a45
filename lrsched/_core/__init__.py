"""What a schedule is: a frozen value, checked by its annotations, that maps a step to a number.

`check` has the rules that annotations declare, `value` the frozen dataclass they check, which rules
that listen are too, and `schedule` what every schedule can do: be called, combined and written out.
"""
