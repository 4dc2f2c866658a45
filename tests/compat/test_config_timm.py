"""The arguments of timm's train.py, through timm's own factory on a real optimizer.

train.py is in no package. Its parser's defaults and the order of its calls are restated here:
`step_update` after each update, with the number of those made, and `step` after each epoch, with
the number of the next.
"""

import importlib
import inspect
from argparse import Namespace

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from timm_files import scheduler_files

import lrsched as lrs
from lrsched.compat._config import recognised
from lrsched.compat.timm import create_scheduler, from_config

pytestmark = pytest.mark.frameworks

torch = importlib.import_module("torch")
(factory,) = scheduler_files("scheduler_factory")

# What train.py's parser has where nothing is given.
DEFAULTS = {
    "sched": "cosine",
    "sched_on_updates": False,
    "lr": None,
    "lr_base": 0.1,
    "lr_base_size": 256,
    "lr_base_scale": "",
    "opt": "sgd",
    "lr_noise": None,
    "lr_noise_pct": 0.67,
    "lr_noise_std": 1.0,
    "lr_cycle_mul": 1.0,
    "lr_cycle_decay": 0.5,
    "lr_cycle_limit": 1,
    "lr_k_decay": 1.0,
    "lr_decay_fn": None,
    "lr_stable_timescale": None,
    "warmup_lr": 1e-5,
    "min_lr": 0,
    "epochs": 300,
    "decay_milestones": [90, 180, 270],
    "decay_epochs": None,
    "warmup_epochs": 5,
    "warmup_prefix": False,
    "cooldown_epochs": 0,
    "patience_epochs": 10,
    "decay_rate": 0.1,
    "eval_metric": "top1",
    "seed": 42,
}


def applied(fields, updates, epochs=None):
    """The rates of a run's updates; without `epochs`, of its own and two more."""
    args = Namespace(**{**DEFAULTS, "lr": 0.1, **fields})
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=args.lr)
    scheduler, length = factory.create_scheduler_v2(
        optimizer, **factory.scheduler_kwargs(args), updates_per_epoch=updates
    )
    rates, made = [], 0
    for epoch in range(epochs or length + 2):
        for _ in range(updates):
            rates.append(optimizer.param_groups[0]["lr"])
            made += 1
            if scheduler is not None:
                scheduler.step_update(num_updates=made, metric=1.0)
        if scheduler is not None:
            scheduler.step(epoch + 1, 1.0)
    return rates


def both(fields, updates=4, epochs=None):
    ours = from_config({"lr": 0.1, **fields}, steps_per_epoch=updates)
    follows(ours, applied(fields, updates, epochs))


CONFIGS = [
    {"sched": "cosine", "epochs": 30},
    {"sched": "cosine", "epochs": 30, "warmup_epochs": 0},
    {"sched": "cosine", "epochs": 12, "warmup_prefix": True, "min_lr": 1e-4, "cooldown_epochs": 3},
    {"sched": "cosine", "epochs": 10, "lr_cycle_limit": 3, "lr_cycle_decay": 0.3, "min_lr": 1e-3},
    {"sched": "cosine", "epochs": 10, "lr_cycle_limit": 3, "lr_cycle_mul": 2.0},
    {"sched": "cosine", "epochs": 10, "lr_cycle_limit": 0, "min_lr": 1e-3, "warmup_epochs": 0},
    {"sched": "cosine", "epochs": 20, "lr_k_decay": 1.5, "warmup_lr": 0.2},
    {"sched": "tanh", "epochs": 20},
    {"sched": "tanh", "epochs": 20, "warmup_epochs": 0},
    {"sched": "tanh", "epochs": 10, "warmup_prefix": True, "lr_cycle_limit": 2, "min_lr": 0.01},
    {"sched": "poly", "epochs": 20},
    {"sched": "poly", "epochs": 20, "decay_rate": 2.0, "lr_k_decay": 0.7, "warmup_epochs": 0},
    {"sched": "poly", "epochs": 10, "decay_rate": 0.9, "lr_cycle_limit": 2, "warmup_prefix": True},
    {"sched": "step", "epochs": 30, "decay_epochs": 8},
    {"sched": "step", "epochs": 100, "warmup_epochs": 0},
    {"sched": "step", "epochs": 30, "decay_epochs": 2.4, "decay_rate": 0.97, "warmup_prefix": True},
    {"sched": "multistep", "epochs": 30, "decay_milestones": [8, 20], "warmup_prefix": True},
    {"sched": "multistep", "epochs": 30, "decay_milestones": [8, 20]},
    {"sched": "multistep", "epochs": 9, "decay_milestones": [0, 1, 5], "warmup_epochs": 0},
    {"sched": "constant", "epochs": 9},
    {"sched": "constant", "epochs": 9, "warmup_epochs": 0},
    {"sched": "none", "epochs": 9},
    {"sched": "wsd", "epochs": 30},
    {"sched": "wsd", "epochs": 30, "warmup_epochs": 0, "decay_epochs": 7, "min_lr": 1e-3},
    {"sched": "wsd", "epochs": 30, "warmup_prefix": True, "lr_decay_fn": "cosine"},
    {"sched": "wsd", "epochs": 21, "decay_epochs": 0.13, "lr_decay_fn": "exp"},
    {"sched": "wsd", "epochs": 9, "warmup_epochs": 8, "decay_epochs": 1, "lr_decay_fn": "power"},
    {"sched": "rsqrt", "epochs": 30},
    {"sched": "rsqrt", "epochs": 30, "warmup_epochs": 0, "lr_stable_timescale": 2.5},
    {"sched": "rsqrt", "epochs": 30, "warmup_prefix": True, "min_lr": 0.06, "decay_epochs": 0.5},
]


@pytest.mark.parametrize("fields", CONFIGS)
@pytest.mark.parametrize("on_updates", [False, True])
def test_every_sched(fields, on_updates):
    for updates in (1, 5):
        both(fields | {"sched_on_updates": on_updates}, updates)


@given(
    sched=st.sampled_from(["cosine", "tanh", "poly", "step", "constant", "wsd"]),
    epochs=st.integers(2, 12),
    warmup=st.integers(0, 9),
    updates=st.integers(1, 9),
    prefix=st.booleans(),
    on_updates=st.booleans(),
    low=st.floats(0, 0.1),
    start=st.floats(0, 0.2),
    share=st.floats(0.01, 5),
)
@drawn
def test_drawn(sched, epochs, warmup, updates, prefix, on_updates, low, start, share):
    fields = {
        "sched": sched,
        "sched_on_updates": on_updates,
        "epochs": epochs,
        "warmup_epochs": min(warmup, epochs - 1),
        "warmup_prefix": prefix,
        "warmup_lr": start,
        "min_lr": low,
        "decay_rate": share,
        "decay_epochs": 1,
    }
    both(fields, updates)


@given(share=st.floats(0.06, 0.999), epochs=st.integers(12, 40), updates=st.integers(1, 9))
@drawn
def test_a_fraction_is_rounded(share, epochs, updates):
    """To the nearest whole epoch, or update; a half to the even one."""
    for on_updates in (False, True):
        fields = {"sched": "wsd", "epochs": epochs, "warmup_epochs": 2, "decay_epochs": share}
        both(fields | {"sched_on_updates": on_updates}, updates)


def test_a_half_is_rounded_to_even():
    fields = {"sched": "wsd", "lr": 0.1, "warmup_epochs": 0, "decay_epochs": 0.25}
    for epochs, decay in ((10, 2), (14, 4)):
        both(fields | {"epochs": epochs})
        made = from_config(fields | {"epochs": epochs}, steps_per_epoch=1)
        assert made == lrs.Staircase(
            lrs.Stretch(
                lrs.Sequence(
                    lrs.Constant(0.1, epochs - decay), lrs.PowerDecay(decay, 0.5, start=0.1)
                ),
                1,
            ),
            1,
        )


@pytest.mark.parametrize(
    ("fields", "batch", "lr"),
    [
        ({}, 256, 0.1),
        ({}, 1024, 0.4),
        ({"lr_base": 0.5, "lr_base_size": 512}, 2048, 2.0),
        ({"lr": 0, "lr_base_scale": "sqrt"}, 1024, 0.2),
        ({"opt": "AdamW", "lr_base": 1e-3}, 1024, 2e-3),
        ({"opt": "lamb", "lr_base": 1e-3}, 1024, 2e-3),
        ({"opt": "adafactor", "lr_base": 1e-3}, 1024, 2e-3),
        ({"opt": "lamb", "lr_base": 1e-3, "lr_base_scale": "linear"}, 1024, 4e-3),
        ({"opt": "nadam", "lr_base": 1e-3}, 4096, 4e-3),
        ({"opt": "lion", "lr_base": 1e-3}, 4096, 1.6e-2),
        ({"lr": 0.3}, 4096, 0.3),
    ],
)
def test_the_rate_of_a_batch(fields, batch, lr):
    """By the rule of train.py: linear, or the root for an optimizer with "ada" or "lamb" in it."""
    made = from_config(fields | {"sched": "none"}, global_batch_size=batch)
    assert made == lrs.Constant(lr)


class Asked:
    """What remembers which of its attributes have been asked for, and has none but `sched`."""

    sched = "cosine"

    def __init__(self):
        self.names = []

    def __getattr__(self, name):
        self.names.append(name)
        raise AttributeError(name)


def test_the_names_are_the_peers():
    asked = Asked()
    factory.scheduler_kwargs(asked)
    of_train = {"sched", "lr", "lr_base", "lr_base_size", "lr_base_scale", "opt"}
    parameters = inspect.signature(create_scheduler).parameters.values()
    ours = {p.name: p.default for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}
    assert {*ours} == {*asked.names} - {"eval_metric", "seed"} | of_train
    ours["decay_milestones"] = list(ours["decay_milestones"])
    assert ours == {name: DEFAULTS[name] for name in ours}


# Every other argument of train.py.
OTHERS = """
    data_dir dataset train_split val_split train_num_samples val_num_samples dataset_download
    class_map input_img_mode input_key target_key dataset_trust_remote_code model pretrained
    pretrained_path initial_checkpoint resume no_resume_opt num_classes gp img_size in_chans
    input_size crop_pct mean std interpolation batch_size validation_batch_size channels_last fuser
    grad_accum_steps grad_checkpointing fast_norm model_kwargs head_init_scale head_init_bias
    torchcompile_mode torchscript torchcompile device amp amp_dtype model_dtype no_ddp_bb
    synchronize_step local_rank device_modules opt_eps opt_betas momentum weight_decay clip_grad
    clip_mode layer_decay layer_decay_min_scale layer_decay_no_opt_scale opt_kwargs epoch_repeats
    start_epoch no_aug train_crop_mode scale ratio hflip vflip color_jitter color_jitter_prob
    grayscale_prob gaussian_blur_prob aa aug_repeats aug_splits jsd_loss bce_loss bce_sum
    bce_target_thresh bce_pos_weight reprob remode recount resplit mixup cutmix cutmix_minmax
    mixup_prob mixup_switch_prob mixup_mode mixup_off_epoch smoothing train_interpolation drop
    drop_connect drop_path drop_block bn_momentum bn_eps sync_bn dist_bn split_bn model_ema
    model_ema_force_cpu model_ema_decay model_ema_warmup seed worker_seeding log_interval
    val_interval recovery_interval checkpoint_hist workers save_images pin_mem no_prefetcher output
    experiment eval_metric tta use_multi_epochs_loader log_wandb wandb_project wandb_tags
    wandb_resume_id train_img_sizes train_batch_sizes train_size_probs train_size_schedule
    train_size_schedule_spread train_size_random_mix train_batches_per_epoch train_steps_per_epoch
    variable_batch_loss_scale naflex_loader naflex_train_seq_lens naflex_max_seq_len
    naflex_patch_sizes naflex_patch_size_probs naflex_loss_scale naflex_patchify_channels_first
    kd_model_name kd_distill_type kd_loss_type distill_loss_weight task_loss_weight kd_temperature
    kd_student_feature_dim kd_teacher_feature_dim kd_token_distill_type
"""


def test_the_whole_file():
    """None of the other arguments is taken for one of these misspelt."""
    config = dict.fromkeys(OTHERS.split(), 1) | DEFAULTS | {"lr": 0.5}
    made = from_config(config, steps_per_epoch=3)
    assert made == from_config(Namespace(**config), steps_per_epoch=3)
    follows(made, applied({"lr": 0.5}, 3))


def test_a_factor_late_by_an_update():
    """Where timm multiplies 2.4 epochs by 7 updates in floats, and by 5 it does not."""
    fields = {"sched": "step", "decay_epochs": 2.4, "warmup_epochs": 0, "sched_on_updates": True}
    theirs = applied(fields | {"decay_rate": 0.5}, 7, epochs=13)
    ours = from_config(fields | {"decay_rate": 0.5, "lr": 0.1}, steps_per_epoch=7)
    assert [theirs[84], theirs[85]] == [0.1 * 0.5**4, 0.1 * 0.5**5]
    assert ours([83, 84]).tolist() == [0.1 * 0.5**4, 0.1 * 0.5**5]
    both(fields, 5, epochs=13)


# ResNet-50 by the recipe A2 of "ResNet strikes back", EfficientNet by RMSProp, and ViT by updates.
PUBLISHED = [
    {"model": "resnet50", "opt": "lamb", "lr": "5e-3", "weight_decay": 0.02, "sched": "cosine",
     "epochs": 300, "warmup_epochs": 5, "warmup_lr": 1e-4, "min_lr": 1e-6, "smoothing": 0.0,
     "drop_path": 0.05, "mixup": 0.1, "cutmix": 1.0, "bce_loss": True, "amp": True,
     "cooldown_epochs": 10, "aug_repeats": 3, "lr_noise": None},
    {"model": "efficientnet_b2", "sched": "step", "epochs": 450, "decay_epochs": 2.4,
     "decay_rate": ".97", "opt": "rmsproptf", "opt_eps": ".001", "warmup_lr": "1e-6",
     "weight_decay": "1e-5", "drop": 0.3, "lr": ".016", "warmup_epochs": 3, "seed": 7},
    {"model": "vit_base_patch16_224", "opt": "adamw", "lr": "1e-3", "sched": "cosine",
     "sched_on_updates": True, "epochs": 90, "warmup_epochs": 10, "warmup_prefix": True,
     "warmup_lr": 0.0, "clip_grad": 1.0, "layer_decay": 0.75},
]  # fmt: skip


@pytest.mark.parametrize("config", PUBLISHED)
def test_published(config):
    numbers = {"lr": float(config["lr"]), "warmup_lr": float(config["warmup_lr"])}
    if "decay_rate" in config:
        numbers["decay_rate"] = float(config["decay_rate"])
    follows(from_config(config, steps_per_epoch=5), applied(config | numbers, 5))
    assert recognised(config) == "timm"


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"warmup_epoch": 3}, {}, "no key 'warmup_epoch': did you mean 'warmup_epochs'?"),
        ({"decay_epoch": 3}, {}, "did you mean 'decay_epochs'"),
        ({"sched": "cosin"}, {}, "sched must be one of 'cosine', 'tanh', "),
        ({"sched": "plateau"}, {}, "sched must be a function of the step (PlateauLRScheduler"),
        ({"lr": 0.1}, {}, "steps_per_epoch must be given: sched='cosine' counts in epochs"),
        ({}, {"steps_per_epoch": 5}, "global_batch_size must be given: there is no lr, and"),
        ({"lr": -1}, {}, "lr must be a non-negative finite number or None, got -1"),
        ({"lr_noise": [0.4, 0.9]}, {}, "lr_noise must be None: a schedule has no place for it"),
        ({"lr": 0.1, "min_lr": 0.2}, {"steps_per_epoch": 5}, "min_lr must be at most lr=0.1"),
        (
            {"lr": 0.1, "epochs": 3, "sched_on_updates": True},
            {"steps_per_epoch": 5},
            "warmup_epochs must be at most the epochs of all cycles=3, got 5",
        ),
        (
            {"sched": "wsd", "lr": 0.1, "epochs": 5},
            {"steps_per_epoch": 5},
            "warmup_epochs must be at most epochs - 1=4, got 5",
        ),
        (
            {"sched": "wsd", "lr": 0.1, "epochs": 30, "decay_epochs": 26},
            {"steps_per_epoch": 5},
            "decay_epochs must be from one step to the 25 epochs that the warmup leaves, got 26",
        ),
        (
            {"sched": "rsqrt", "lr": 0.1, "warmup_epochs": 0},
            {"steps_per_epoch": 5},
            "lr_stable_timescale must be given: sched='rsqrt' has no warmup",
        ),
        ({"opt": 3}, {}, "opt must be the name of an optimizer, got 3"),
        ({"epochs": 0}, {}, "epochs must be a positive integer, got 0"),
        ({"warmup_epochs": 2.5}, {}, "warmup_epochs must be a non-negative integer, got 2.5"),
        ({"lr_cycle_mul": 0.5}, {}, "lr_cycle_mul must be 1 or a number of at least"),
        ({}, {"of": "momentum"}, "of must be one of 'lr', got 'momentum'"),
        ("cosine", {}, "config must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, **given)
    assert said in str(refused.value)
    assert str(refused.value).startswith("create_scheduler: ")
