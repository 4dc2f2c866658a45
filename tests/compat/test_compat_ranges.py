"""What the peers take: each parameter of each of them over a range of numbers.

Where the peer makes a schedule of it that goes its own way, so does the translation, or the kind of
what it refuses is in the docstring of `lrsched.compat`.
"""

import inspect
import re
import warnings

import numpy as np
import pytest
import test_compat_detectron2 as fvcore
import test_compat_keras as keras
import test_compat_megatron as megatron
import test_compat_messages as messages
import test_compat_optax as optax
import test_compat_timm as timm
import test_compat_torch as torch
import test_compat_transformers as transformers

import lrsched.compat as package

pytestmark = pytest.mark.frameworks

STEPS = 30
VALUES = [0, 0.001, 0.5, 1, 1.5, 2, 2.5, 3, 7, 40]
NOT_TRIED = ("base_lr", "initial_learning_rate", "noise", "name", "boundaries_and_", "decay_fn")

# The words of a refusal, and what `lrsched.compat` calls its kind.
DOCUMENTED = [
    (
        r"must be .*(integer|ascending|increasing|steps).*, got [\[(]?\d*\.\d",
        "lengths that are not",
    ),
    (r"(total_iters|transition_steps) must be a positive integer, got 0", "or are 0"),
    (
        r"must be (at most|below) (base_lr|max_lr|initial_learning_rate|peak_value)=",
        "a minimum above",
    ),
    (r"(alpha|min_lr_ratio) must be a number from 0 to 1, got", "a minimum above"),
    (r"must be at most (num_training_steps|the length of all cycles|the steps)", "a warmup longer"),
    (r"num_training_steps must be at least the \d+ steps", "a warmup longer"),
    (
        r"(power|decay|decay_rate|k_decay) must be a positive finite number, got 0",
        "a power or factor",
    ),
    (r"num_cycles must be an integer from 1", "restarts that are no whole number"),
    (r"pct_(start|final) must be", "phases that end beyond the whole or before those"),
    (r"must be True or False, got", "numbers for True and False"),
]


def peer_values(module, name, given):
    given = dict(given)
    if module == "torch":
        lr = given.pop("base_lr", 0.1)
        if name == "CyclicLR":
            given["base_lr"] = lr
        home = torch.swa if name == "SWALR" else torch.peers
        return torch.rates(lambda o: getattr(home, name)(o, **given), STEPS, lr=lr)
    if module == "transformers":
        return transformers.rates(name, STEPS, lr=given.pop("base_lr"), **given)
    if module == "optax":
        return optax.values(getattr(optax.peers, name)(**given), STEPS)
    if module == "keras":
        return keras.values(name, STEPS, **given)
    if module == "timm":
        return timm.rates(name, STEPS, lr=given.pop("base_lr"), **given)
    if module == "megatron":
        return megatron.values(STEPS, **(megatron.NO_DECAY | given))
    return [getattr(fvcore.peers, name)(**given)(step / STEPS) for step in range(STEPS)]


COMPAT = {
    "torch": torch.compat,
    "transformers": transformers.compat,
    "optax": optax.compat,
    "keras": keras.compat,
    "timm": timm.compat,
    "megatron": megatron.compat,
    "detectron2": fvcore.compat,
}
# Not asked here: rules, functions of no peer, what is built of other schedules, and configs, whose
# tests (test_config_*.py) draw from all that they take.
OTHERS = re.compile(
    r"Plateau|plateau|[Gg]reedy|_momentum$|_weight_decay$|get_scheduler|Multiplicative|Sequential"
    r"|Chained|Gradual|^Warmup|LRMultiplier|Composite|join_|sgdr"
    r"|TrainingArguments|Axolotl|create_scheduler|get_optimizer_param_scheduler|SOLVER"
)
TRIED = [
    (module, name)
    for module in COMPAT
    for name in messages.SENSIBLE[module]
    if not OTHERS.search(name)
]


@pytest.mark.parametrize(("module", "name"), TRIED)
def test_taken_or_documented(module, name):
    page = package.__doc__.replace("\n", " ")
    function, sensible = getattr(COMPAT[module], name), messages.SENSIBLE[module][name]
    sensible = {key: np.float64(v) if type(v) is float else v for key, v in sensible.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peers' own, about what they are given
        usual = np.asarray(peer_values(module, name, sensible))
        for parameter in inspect.signature(function).parameters:
            if parameter.startswith(NOT_TRIED):
                continue
            for value in VALUES:
                given = sensible | {parameter: value}
                try:
                    function(**given)
                    continue
                except (TypeError, ValueError) as error:
                    said = str(error)
                try:
                    theirs = np.asarray(peer_values(module, name, given), dtype=np.float64)
                except Exception:  # whatever it raises, it does not take this
                    continue
                if np.isfinite(theirs).all() and (theirs >= 0).all() and (theirs != usual).any():
                    kinds = [kind for words, kind in DOCUMENTED if re.search(words, said)]
                    assert kinds, (said, theirs[:6])
                    assert kinds[0] in page, kinds[0]
