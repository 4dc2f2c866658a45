r"""Pictures: `terminal` draws with characters, `svg` for notebooks, and with matplotlib `plot` draws
schedules and `range_test` the losses of one.

## Pictures

`lrs.plot(*schedules, steps=None, ax=None, log=False, labels=None, title=None, ylabel="value",
size=None)` draws with matplotlib (the extra `plot`), takes and returns an `Axes`, and needs no
screen. Jumps are upright, cycles shorter than a pixel fill what they pass through, and dotted lines
say where a phase begins. Curves differ in colours that colour-blind people tell apart, and in
dashes; their labels are their texts, of long ones what tells them apart: `warmup_cosine(…,
end=0.1)`. In Jupyter a schedule shows its own curve.

`lrs.page(*schedules, steps=None, labels=None)` is an HTML page that stands on its own and loads
nothing: curves to zoom into, worked out from the formula wherever one looks, with phases, findings,
and the code for torch, Keras and JAX to copy.

## Formulas and code

`schedule.latex()` is the formula for a paper, by cases, and `schedule.source()` the same schedule
as a Python function that needs no library, `schedule.source(language="javascript")` as one in
JavaScript, for steps up to 2**53. All are written from the expression that the values come from, so
your own class has them too.

```python
>>> import lrsched as lrs
>>> print((3e-4 * lrs.Sequence(lrs.LinearWarmup(2_000), lrs.CosineDecay(98_000))).latex())
\eta(t) = \begin{cases}
  0.0003 \cdot \frac{t}{2000} & 0 \leq t < 2000 \\
  0.0003 \cdot \frac{1 + \cos\left(\pi \cdot \frac{t - 2000}{98000}\right)}{2} & 2000 \leq t < 100000 \\
  0 & t \geq 100000
\end{cases}

```
"""  # noqa: E501 tables and reprs
