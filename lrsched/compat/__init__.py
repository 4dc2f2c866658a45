"""Coming from another library: its constructors, by its names, as compositions of lrsched.

A module for each: `torch`, `transformers`, `optax`, `keras`, `timm`, `megatron`, `detectron2`. None
of them imports the library it is named after, and nothing in lrsched imports them. What a function
returns is an ordinary schedule in absolute values: its `repr` is the line to write from now on.

Parameters have the peer's names, order and defaults, and mean what its documentation says; a first
`base_lr` stands for the optimizer, where the peer takes its rate from one. What is of the wrong
type raises TypeError, what makes no sense ValueError, both with the name of the parameter. Where
the peer itself errs the right value is kept, and the docstring says what differs.
"""

# The modules that have constructors, in the order in which a name is looked for.
CONSTRUCTORS = ("torch", "transformers", "optax", "keras", "timm", "megatron", "detectron2")
