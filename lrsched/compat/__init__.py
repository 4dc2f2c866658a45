"""Coming from another library: its constructors, by its names, as compositions of lrsched.

A module for each: `torch`, `transformers`, `optax`, `keras`, `timm`, `megatron`, `detectron2`. None
of them imports the library it is named after, and nothing in lrsched imports them. What a function
returns is an ordinary schedule in absolute values: its `repr` is the line to write from now on.
"""
