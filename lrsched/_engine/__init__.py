"""How one formula becomes values, on numbers, vectors, arrays, and as text in any language.

What the engine knows of a schedule is in `protocol.py`. Any call with what is no plain number comes
to `evaluate.py`, which finds the road.

- A number, `schedule(1000)`, is for `numbers.py`. At the first call the formula is evaluated on a
  symbol instead of a step, with the functions of `namespace.py`: `symbols.py` makes an expression
  in which all else is worked out, `ratio.py` keeps a quotient whole until it is divided, and
  `cycles.py` has lengthening cycles as whole numbers. `pieces.py` cuts it where it branches on the
  step, and `python.py` writes a function, by the walk over an expression in `writer.py` and the
  lines of `code.py`, with parentheses by `text.py` and look-ups kept to 64 bits by `lookups.py`.
  Later calls are calls of that function; `stack.py` lets the first one be deep in another's, and
  `fractions.py` watches whether it gets steps at all. What can't be written is evaluated on the
  number itself, and what leaves Python's numbers goes on in `ieee.py`.
- A vector, `schedule(np.arange(n))`, is for `numpy.py`, in chunks that fit a cache. `program.py`
  writes NumPy calls for each piece of the same expression; `tables.py` keeps look-ups as arrays.
- A tensor, `schedule(tensor)`, is for `arrays.py`, which knows whose it is. `library.py` evaluates
  the formula on any library's arrays, and `torch.py` where torch has its own way; `steps.py` keeps
  whole steps whole there; `skeleton.py` finds the phases that share one formula, and the members of
  a family, whose calls go the same ways. What holds arrays, as tables do, and fractions are for
  `kinds.py`, which takes one of these roads.

Two more writers: `latex.py`, of the expression that `paper.py` traces and `simplify.py` puts, and
`javascript.py`, told by `ranges.py` where floats won't do. Formulas of more than a step find their
functions in `functions.py`; all complaints have the form of `errors.py`.
"""
