"""Coming from another library: its constructors and its configs, as compositions of lrsched.

A module for each library: none imports the one it is named after. What a function returns is an
ordinary schedule in absolute values: its `repr` is the line to write from now on.

Parameters have the peer's names, order and defaults, and mean what its documentation says; a first
`base_lr` stands for the optimizer, where the peer takes its rate from one. What is of the wrong
type raises TypeError, what makes no sense ValueError, both with the name of the parameter. Where
the peer itself errs the right value is kept, and the docstring says what differs.

`from_config` of a module reads the library's own config: a mapping, a file's or a section's, by
whose keys it calls one of the module's functions (`_config`). `configs` knows all that have one, by
their names, by their keys, and from files.
"""

# The modules that have constructors, in the order in which a name is looked for.
CONSTRUCTORS = (
    "torch",
    "transformers",
    "optax",
    "keras",
    "timm",
    "megatron",
    "detectron2",
    "deepspeed",
    "diffusers",
    "composer",
    "levanter",
    "olmo",
)
