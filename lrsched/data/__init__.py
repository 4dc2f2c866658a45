"""Schedules as data: `text` reads what `repr` writes, and `json` writes and reads dictionaries.

Both look classes up in `names` and read token by token with `scan`: nothing is evaluated, and every
complaint has its place.

## Text, JSON, Hydra

A whole schedule fits into one string of a configuration file or a command line, and reads back
equal to the last bit. The reader knows the names of schedules and presets, numbers, strings, lists,
and `+`, `-`, `*`, `/` and `**` between schedules or numbers, as in `CosineDecay(100_000 - 2_000)`;
it evaluates nothing else, names the place of every error, and takes bounded time.

```python
>>> import lrsched as lrs
>>> schedule = lrs.parse("3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))")
>>> lrs.parse(repr(schedule)) == schedule
True
>>> lrs.parse("Sequence(LinearWarmup(2_000), CosineDecay(-3))")
Traceback (most recent call last):
ValueError: parse: CosineDecay: steps must be a non-negative integer, got -3 (column 31)
>>> lrs.from_json(lrs.to_json(schedule)) == schedule
True
>>> lrs.to_dict(lrs.LinearWarmup(2_000))
{'version': 1, 'schedule': {'class': 'LinearWarmup', 'steps': 2000, 'start': 0.0, 'end': 1.0}}

```

With OmegaConf and Hydra, write the string (`lrs.parse(config.schedule)`), let Hydra call `parse`,
or spell out a tree. In a tree with lists of schedules `_convert_: all` is needed once, at its root:
otherwise Hydra takes the schedules in a list, which are dataclasses, for configurations.

```yaml
schedule: 3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))

target:
  _target_: lrsched.parse
  text: ${schedule}

tree:
  _convert_: all
  _target_: lrsched.Product
  _args_:
    - 3e-4
    - _target_: lrsched.Sequence
      _args_:
        - {_target_: lrsched.LinearWarmup, steps: 2000}
        - {_target_: lrsched.CosineDecay, steps: 98000, end: 0.1}
```

Limits: text and JSON of a million characters, dictionaries of a million values, schedules nested
100 deep and made of 50,000 (wherever they are built, and counted as often as they are met), steps
and lengths up to 2**127. Your own schedule class takes part as soon as it is defined (or its module
imported); its fields may be numbers, strings, None, schedules and sequences of these. Lists and
arrays are kept as tuples; a dictionary, a set or an iterator is refused, as it can change. An
`__init__` or `__post_init__` of your own is followed by the library's checks. A class that is
defined again (a notebook cell run twice) means the newest; two classes of one name in two modules
are refused.
"""
