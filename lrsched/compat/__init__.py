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

## Held against the peers

Each is held against the running peer, step for step: equal within 1e-12 of the peak in float64,
1e-6 where the peer computes in float32 (detectron2, which is on no package index, through the
classes of fvcore that it is built of). Steps are real, and between two whole ones the same holds
wherever the peer has a value there; those that count calls (torch's SWALR, MultiplicativeLR and
what is chained, Megatron) have none. What differs is listed in each module; a test pins each of the
peers' numbers.

## What is refused

What makes no sense and is silently taken by a peer is refused here: negative lengths and factors, a
minimum above the rate it falls from, a warmup longer than the whole, phases that end beyond the
whole or before those that they follow, restarts that shrink.

Refused too, though some peers have values for it: lengths that are not whole numbers of steps (a
warmup of `0.06 * 1234` steps: round it) or are 0 where something is to decay in them (in torch's
PolynomialLR and optax' `exponential_decay`: it never does), but for the sizes of torch's CyclicLR
and its `T_max`, and the `decay_t` of timm's StepLRScheduler, which may be of any length; restarts
that are no whole number, or more than a million; a power or factor of 0 where it makes a jump of a
curve (in transformers' polynomial, optax' and fvcore's exponential decays, timm's `k_decay`);
milestones out of order but in torch's MultiStepLR, which sorts them; numbers for True and False.

Not matched: noise (timm), a `scale_fn` of one's own (CyclicLR) and factors that vary
(MultiplicativeLR). They are not functions of the step with a closed form.

## nanoGPT, and the WSD of language models

`get_lr(it)` of nanoGPT warms up as `(it + 1) / (warmup_iters + 1)`:

```python
>>> import lrsched as lrs
>>> # the function you have: get_lr(it) with learning_rate=6e-4, min_lr=6e-5, warmup_iters=2000,
>>> # lr_decay_iters=600_000
>>> schedule = lrs.Sequence(
...     lrs.LinearWarmup(2_000, start=6e-4 / 2_001, end=6e-4),
...     lrs.CosineDecay(598_000, start=6e-4, end=6e-5),
... )
>>> schedule(0) == 6e-4 / 2001, schedule(2_000), schedule(600_000)
(True, 0.0006, 6e-05)
>>> # warmup-stable-decay with the cooldown 1 - sqrt over the last fifth
>>> lrs.warmup_stable_decay(6e-4, 10_000, warmup_steps=100, decay_steps=2_000, decay="1-sqrt")
Sequence(LinearWarmup(100, end=0.0006), Constant(0.0006, steps=7900), PowerDecay(2000, power=0.5, start=0.0006))

```
"""  # noqa: E501 tables and reprs

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
