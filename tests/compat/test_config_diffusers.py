"""diffusers' own `optimization.py`, and the flags of its scripts and of kohya's sd-scripts.

A scheduler is stepped by accelerate's real AcceleratedScheduler, that many processes being said to
it. sd-scripts are on no package index, so their own file is NOT run here: `get_scheduler_fix` is
restated over transformers' and diffusers' real functions, as are the three lines of diffusers'
scripts that make the scheduler.
"""

import ast
import importlib
import inspect
import logging
from argparse import Namespace
from types import SimpleNamespace

import pytest
from compat_peers import drawn, follows
from hypothesis import given
from hypothesis import strategies as st
from wheels import load, package

import lrsched as lrs
from lrsched.compat import diffusers as compat
from lrsched.compat._config import recognised
from lrsched.compat.diffusers import from_config, get_scheduler_fix, parse_args

pytestmark = pytest.mark.frameworks

torch = importlib.import_module("torch")
transformers = importlib.import_module("transformers.optimization")
accelerate = importlib.import_module("accelerate.scheduler")
peers = load(
    package("diffusers", "0.42.1") / "diffusers" / "optimization.py",
    "diffusers.optimization",
    {
        "diffusers": {},
        "diffusers.utils": {"logging": SimpleNamespace(get_logger=logging.getLogger)},
    },
)


def sgd(lr=0.1):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def rates(optimizer, scheduler, steps):
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


# --- the functions


def both(name, steps, *arguments, **named):
    optimizer = sgd()
    scheduler = getattr(peers, name)(optimizer, *arguments, **named)
    ours = getattr(compat, name)(0.1, *arguments, **named)
    follows(ours, rates(optimizer, scheduler, steps))


def test_the_same_as_transformers():
    for warmup in (0, 7):
        both("get_constant_schedule_with_warmup", 60, warmup)
        both("get_cosine_schedule_with_warmup", 51, warmup, 50)
        both("get_cosine_with_hard_restarts_schedule_with_warmup", 60, warmup, 37, num_cycles=3)
        both("get_polynomial_decay_schedule_with_warmup", 60, warmup, 50, power=2.0, lr_end=1e-3)
    both("get_constant_schedule", 9)


shares = st.one_of(st.just(0.0), st.floats(1e-3, 2))


@given(warmup=st.integers(0, 50), rest=st.integers(0, 50), low=shares, high=shares)
@drawn
def test_linear(warmup, rest, low, high):
    name, total = "get_linear_schedule_with_warmup", warmup + rest
    both(name, total + 9, warmup, total)
    both(name, total + 9, warmup, total, f_min=low, f_max=high)


@pytest.mark.parametrize(
    "rules", ["1:10,0.1:20,0.01:30,0.005", "0.5", "2:0,0.5:7,1", "0.5:20,1:10,0.1", "1:5,2:5,3"]
)
def test_piecewise_constant(rules):
    both("get_piecewise_constant_schedule", 50, rules)


@given(rules=st.lists(st.tuples(st.floats(0, 2), st.integers(0, 40)), max_size=5))
@drawn
def test_piecewise_constant_drawn(rules):
    both(
        "get_piecewise_constant_schedule",
        50,
        ",".join([f"{value}:{end}" for value, end in rules] + ["0.3"]),
    )


NAMES = [kind.value for kind in peers.SchedulerType]


@pytest.mark.parametrize("name", NAMES)
def test_get_scheduler(name):
    arguments = {
        "step_rules": "1:10,0.1:20,0.01",
        "num_warmup_steps": 8,
        "num_training_steps": 48,
        "num_cycles": 2,
        "power": 2.0,
    }
    optimizer = sgd()
    scheduler = peers.get_scheduler(name, optimizer, **arguments)
    follows(compat.get_scheduler(name, 0.1, **arguments), rates(optimizer, scheduler, 49))


def test_names_and_defaults():
    assert sorted(compat._SCHEDULES) == sorted(NAMES)
    functions = [kind.__name__ for kind in peers.TYPE_TO_SCHEDULER_FUNCTION.values()]
    for name in ("get_scheduler", *functions):
        ours, theirs = (
            {
                n: p.default
                for n, p in inspect.signature(getattr(module, name)).parameters.items()
                if n not in ("base_lr", "optimizer", "last_epoch")
            }
            for module in (compat, peers)
        )
        assert ours == theirs


# --- the flags, with accelerate in between


def accelerated(monkeypatch, optimizer, scheduler, processes, updates, batches=1):
    """The rates of the updates, of so many processes that accumulate so many batches for each."""
    state = SimpleNamespace(num_processes=processes)
    monkeypatch.setattr(accelerate, "AcceleratorState", lambda: state)
    optimizer.step_was_skipped = False  # as accelerate's own optimizer says
    scheduler = accelerate.AcceleratedScheduler(scheduler, optimizer)
    values = []
    for batch in range(updates * batches):
        last = (batch + 1) % batches == 0
        scheduler.gradient_state._set_sync_gradients(last)
        if last:
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
        scheduler.step()
    return values


def of_a_script(monkeypatch, flags, updates, processes=1, batches=1):
    """As the example scripts of diffusers make their scheduler, and step it."""
    args = Namespace(**{"lr_num_cycles": 1, "lr_power": 1.0, "lr_warmup_steps": 500, **flags})
    optimizer = sgd(args.learning_rate)
    scheduler = peers.get_scheduler(
        args.lr_scheduler,
        optimizer=optimizer,
        num_warmup_steps=args.lr_warmup_steps * processes,
        num_training_steps=args.max_train_steps * processes,
        num_cycles=args.lr_num_cycles,
        power=args.lr_power,
    )
    return accelerated(monkeypatch, optimizer, scheduler, processes, updates, batches)


SCRIPT = [
    {"lr_scheduler": "constant"},
    {"lr_scheduler": "constant_with_warmup"},
    {"lr_scheduler": "linear"},
    {"lr_scheduler": "cosine"},
    {"lr_scheduler": "cosine_with_restarts", "lr_num_cycles": 4},
    {"lr_scheduler": "polynomial", "lr_power": 2.0},
]


@pytest.mark.parametrize("flags", SCRIPT)
@pytest.mark.parametrize("warmup", [0, 8])
def test_a_script_of_diffusers(monkeypatch, flags, warmup):
    """Processes and accumulated batches change nothing."""
    flags = {"learning_rate": 0.1, "max_train_steps": 48, "lr_warmup_steps": warmup, **flags}
    ours = from_config(flags)
    for processes, batches in ((1, 1), (3, 1), (2, 4)):
        updates = 49 if flags["lr_scheduler"] == "cosine" else 60  # whose peer goes on, up again
        follows(ours, of_a_script(monkeypatch, flags, updates, processes, batches))
        assert from_config(flags, num_processes=processes) == ours


def test_the_length_of_a_script_of_diffusers():
    flags = {"learning_rate": 0.1, "lr_scheduler": "linear", "lr_warmup_steps": 5}
    expected = lrs.Sequence(lrs.LinearWarmup(5, end=0.1), lrs.LinearDecay(85, start=0.1))
    assert from_config(flags, total_steps=90) == expected
    assert from_config(flags | {"max_train_steps": 7}, total_steps=90) == expected
    epochs = {"num_train_epochs": 3}
    assert from_config(flags | epochs, steps_per_epoch=30) == expected
    assert from_config(flags | epochs | {"max_train_steps": 90}, steps_per_epoch=7) == expected
    assert from_config({"learning_rate": 1e-4, "max_train_steps": 9}) == lrs.Constant(1e-4)


def test_the_rate_of_all_samples():
    flags = {"learning_rate": 1e-4, "scale_lr": True, "train_batch_size": 4}
    assert from_config(flags) == lrs.Constant(1e-4 * 4)
    more = flags | {"gradient_accumulation_steps": 3}
    assert from_config(more, num_processes=2) == lrs.Constant(1e-4 * 3 * 4 * 2)
    assert from_config(more | {"scale_lr": False}, num_processes=2) == lrs.Constant(1e-4)


# What kohya's parser has where nothing is given.
KOHYA = {
    "learning_rate": 2e-6,
    "lr_scheduler": "constant",
    "lr_warmup_steps": 0,
    "lr_decay_steps": 0,
    "lr_scheduler_num_cycles": 1,
    "lr_scheduler_power": 1,
    "lr_scheduler_timescale": None,
    "lr_scheduler_min_lr_ratio": None,
    "lr_scheduler_type": "",
    "lr_scheduler_args": None,
    "max_train_steps": 1600,
    "max_train_epochs": None,
}


def get_scheduler_of_kohya(args, optimizer, processes):
    """sd-scripts' `get_scheduler_fix`, of a schedule, over the real functions."""
    name, total = args.lr_scheduler, args.max_train_steps * processes
    warmup, decay = (
        int(steps * total) if isinstance(steps, float) else steps
        for steps in (args.lr_warmup_steps, args.lr_decay_steps)
    )
    more = {}
    for argument in args.lr_scheduler_args or []:
        key, value = argument.split("=")
        more[key] = ast.literal_eval(value)
    if args.lr_scheduler_type:
        kind = args.lr_scheduler_type.removeprefix("torch.optim.lr_scheduler.")
        return getattr(torch.optim.lr_scheduler, kind)(optimizer, **more)
    if name == "piecewise_constant":
        return peers.get_piecewise_constant_schedule(optimizer, **more)
    build = transformers.TYPE_TO_SCHEDULER_FUNCTION[transformers.SchedulerType(name)]
    if name == "constant":
        return build(optimizer, **more)
    if name == "constant_with_warmup":
        return build(optimizer, num_warmup_steps=warmup, **more)
    if name == "inverse_sqrt":
        timescale = args.lr_scheduler_timescale
        return build(optimizer, num_warmup_steps=warmup, timescale=timescale, **more)
    named = {"num_warmup_steps": warmup, "num_training_steps": total}
    cycles = args.lr_scheduler_num_cycles
    if name == "cosine_with_restarts":
        named["num_cycles"] = cycles
    elif name == "polynomial":
        named["power"] = args.lr_scheduler_power
    elif name == "cosine_with_min_lr":
        named |= {"num_cycles": cycles / 2, "min_lr_rate": args.lr_scheduler_min_lr_ratio}
    elif name == "warmup_stable_decay":
        named = {
            "num_warmup_steps": warmup,
            "num_stable_steps": total - warmup - decay,
            "num_decay_steps": decay,
            "num_cycles": cycles / 2,
            "min_lr_ratio": args.lr_scheduler_min_lr_ratio or 0.0,
        }
    return build(optimizer, **named, **more)


def of_kohya(monkeypatch, flags, updates, processes=1):
    args = Namespace(**{**KOHYA, **flags})
    optimizer = sgd(args.learning_rate)
    scheduler = get_scheduler_of_kohya(args, optimizer, processes)
    return accelerated(monkeypatch, optimizer, scheduler, processes, updates)


SD_SCRIPTS = [
    ({"lr_scheduler": "linear"}, 60),
    ({"lr_scheduler": "cosine"}, 48),
    ({"lr_scheduler": "cosine", "lr_scheduler_args": ["num_cycles=1.5"]}, 48),
    ({"lr_scheduler": "cosine_with_restarts", "lr_scheduler_num_cycles": 4}, 60),
    ({"lr_scheduler": "polynomial", "lr_scheduler_power": 2}, 60),
    ({"lr_scheduler": "polynomial", "lr_scheduler_args": ["lr_end=1e-3"]}, 60),
    ({"lr_scheduler": "constant_with_warmup"}, 60),
    ({"lr_scheduler": "inverse_sqrt"}, 60),
    ({"lr_scheduler": "inverse_sqrt", "lr_scheduler_timescale": 30}, 60),
    (
        {
            "lr_scheduler": "cosine_with_min_lr",
            "lr_scheduler_min_lr_ratio": 0.1,
            "lr_scheduler_num_cycles": 3,
        },
        48,
    ),
    ({"lr_scheduler": "warmup_stable_decay", "lr_decay_steps": 16}, 60),
    (
        {
            "lr_scheduler": "warmup_stable_decay",
            "lr_decay_steps": 0.29,
            "lr_scheduler_min_lr_ratio": 0.1,
            "lr_scheduler_args": ["decay_type='1-sqrt'"],
        },
        60,
    ),
]


@pytest.mark.parametrize(("flags", "updates"), SD_SCRIPTS)
@pytest.mark.parametrize("warmup", [0, 8, 0.07, 0.29, 0.5])
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_script_of_kohya(monkeypatch, flags, updates, warmup, processes):
    """A warmup of 8 steps is over after 4 updates of two processes; of a fraction, it is not."""
    if flags["lr_scheduler"] == "cosine_with_restarts":
        # The peer looks for a restart in a rounded fraction and misses some.
        warmup = 0
    flags = {"learning_rate": 0.1, "max_train_steps": 48, "lr_warmup_steps": warmup, **flags}
    ours = from_config(flags | {"network_module": "networks.lora"}, num_processes=processes)
    follows(ours, of_kohya(monkeypatch, flags, updates, processes))


@pytest.mark.parametrize(
    ("kind", "arguments", "updates"),
    [
        ("StepLR", ["step_size=7", "gamma=0.5"], 60),
        ("torch.optim.lr_scheduler.MultiStepLR", ["milestones=[7, 21]"], 60),
        ("ConstantLR", ["factor=0.25", "total_iters=9"], 60),
        ("LinearLR", ["total_iters=20"], 60),
        ("ExponentialLR", ["gamma=0.9"], 60),
        ("PolynomialLR", ["total_iters=40", "power=2.0"], 60),
        ("CosineAnnealingLR", ["T_max=90", "eta_min=1e-3"], 30),
        ("CosineAnnealingWarmRestarts", ["T_0=10", "T_mult=2"], 60),
        ("CyclicLR", ["base_lr=0.01", "max_lr=0.2", "step_size_up=6", "cycle_momentum=False"], 60),
        ("OneCycleLR", ["max_lr=0.2", "total_steps=144", "cycle_momentum=False"], 48),
    ],
)
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_one_of_torchs(monkeypatch, kind, arguments, updates, processes):
    flags = {"lr_scheduler_type": kind, "lr_scheduler_args": arguments, "learning_rate": 0.1}
    if kind == "OneCycleLR":
        arguments[1] = f"total_steps={48 * processes}"
    ours = from_config(flags, num_processes=processes)
    follows(ours, of_kohya(monkeypatch, flags, updates, processes))


def test_constant_and_piecewise_constant(monkeypatch):
    flags = {"learning_rate": 0.1, "lr_scheduler_args": ["step_rules='1:10,0.1:20,0.01'"]}
    flags["lr_scheduler"] = "piecewise_constant"
    for processes in (1, 3):
        ours = from_config(flags, num_processes=processes)
        follows(ours, of_kohya(monkeypatch, flags, 30, processes))
        assert get_scheduler_fix(num_processes=processes) == lrs.Constant(2e-6)


@given(
    share=st.floats(0, 1),
    total=st.integers(1, 300),
    processes=st.integers(1, 4),
    count=st.booleans(),
)
@drawn
def test_the_rounding_is_down(share, total, processes, count):
    flags = {"lr_scheduler": "constant_with_warmup", "max_train_steps": total}
    steps = int(share * total * processes) if count else int(share * (total * processes))
    ours = get_scheduler_fix(
        **flags, lr_warmup_steps=steps if count else share, num_processes=processes
    )
    expected = lrs.LinearWarmup(steps, end=2e-6)
    assert ours == (expected if processes == 1 else lrs.Stretch(expected, 1 / processes))


def test_a_fraction_by_its_type():
    flags = {"lr_scheduler": "constant_with_warmup", "max_train_steps": 100, "lr_decay_steps": 0}
    for value, steps in ((0.29, 28), (1, 1), (1.0, 100), ("0.07", 7), ("5", 5), ("10%", 10)):
        made = from_config(flags | {"lr_warmup_steps": value})
        assert made == lrs.LinearWarmup(steps, end=2e-6), value


def test_the_length_of_a_script_of_kohya():
    flags = {"lr_scheduler": "linear", "lr_scheduler_power": 1, "learning_rate": 0.1}
    expected = lrs.Sequence(lrs.LinearWarmup(0, end=0.1), lrs.LinearDecay(90, start=0.1))
    assert from_config(flags, total_steps=90) == expected
    epochs = {"max_train_epochs": 3, "max_train_steps": 7}  # the epochs count
    assert from_config(flags | epochs, steps_per_epoch=30) == expected
    assert from_config(flags | epochs, steps_per_epoch=30, total_steps=90) == expected
    assert from_config(flags) == from_config(flags | {"max_train_steps": 1600})
    # Nothing of it ends with the training.
    assert from_config({"max_train_epochs": 3, "lr_warmup_steps": "0"}) == lrs.Constant(2e-6)


def test_which_script_it_is():
    """By a key that only one has, or a warmup that is a fraction; and else diffusers'."""
    flags = {"learning_rate": 0.1, "lr_scheduler": "constant_with_warmup", "lr_warmup_steps": 9}
    counted = lrs.LinearWarmup(9, end=0.1)
    assert from_config(flags, num_processes=3) == counted
    for key in compat._DIFFUSERS:
        assert from_config(flags | {key: None}, num_processes=3) == counted
    for key in compat._KOHYA:
        assert from_config(flags | {key: None}, num_processes=3) == lrs.Stretch(counted, 1 / 3)
    assert from_config(flags | {"lr_warmup_steps": 0.1}, total_steps=90) == counted
    with pytest.raises(ValueError, match="lr_warmup_steps must be a non-negative integer"):
        from_config(flags | {"lr_warmup_steps": 0.1, "lr_power": 1.0}, total_steps=90)
    both_kinds = "keys of two kinds of scripts, unet_lr of sd-scripts and scale_lr of diffusers"
    with pytest.raises(ValueError, match=both_kinds):
        from_config(flags | {"unet_lr": 1e-4, "scale_lr": False})


# Every other flag of diffusers' scripts for text-to-image and DreamBooth with LoRA, and of kohya's.
OTHERS = """
    adam_beta1 adam_beta2 adam_epsilon adam_weight_decay adam_weight_decay_text_encoder allow_tf32
    cache_dir caption_column center_crop checkpointing_steps checkpoints_total_limit class_data_dir
    class_prompt dataloader_num_workers dataset_config_name dataset_name do_edm_style_training
    dream_detail_preservation dream_training enable_xformers_memory_efficient_attention foreach_ema
    gradient_checkpointing hub_model_id hub_token image_column image_interpolation_mode
    input_perturbation instance_data_dir instance_prompt local_rank logging_dir lora_dropout
    max_grad_norm max_train_samples mixed_precision noise_offset non_ema_revision num_class_images
    num_validation_images offload_ema optimizer output_dir output_kohya_format prediction_type
    pretrained_model_name_or_path pretrained_vae_model_name_or_path prior_generation_precision
    prior_loss_weight prodigy_beta3 prodigy_decouple prodigy_safeguard_warmup
    prodigy_use_bias_correction push_to_hub random_flip rank repeats report_to resolution
    resume_from_checkpoint revision sample_batch_size seed snr_gamma text_encoder_lr
    tracker_project_name train_data_dir train_text_encoder use_8bit_adam use_dora use_ema
    validation_epochs validation_prompt validation_prompts variant with_prior_preservation
"""
OTHERS_OF_KOHYA = """
    adaptive_noise_scale alpha_mask async_upload base_weights base_weights_multiplier blocks_to_swap
    bucket_no_upscale bucket_reso_steps cache_info cache_latents cache_latents_to_disk
    cache_text_encoder_outputs cache_text_encoder_outputs_to_disk caption_dropout_every_n_epochs
    caption_dropout_rate caption_extension caption_extention caption_prefix caption_separator
    caption_suffix caption_tag_dropout_rate clip_skip color_aug conditioning_data_dir config_file
    cpu_offload_checkpointing dataset_class dataset_config dataset_repeats
    ddp_gradient_as_bucket_view ddp_static_graph ddp_timeout debiased_estimation_loss debug_dataset
    dim_from_weights disable_mmap_load_safetensors dynamo_backend enable_bucket enable_wildcard
    face_crop_aug_range flip_aug fp8_base fp8_base_unet full_bf16 full_fp16 fused_backward_pass
    gradient_accumulation_steps gradient_checkpointing highvram huber_c huber_scale huber_schedule
    huggingface_path_in_repo huggingface_repo_id huggingface_repo_type huggingface_repo_visibility
    huggingface_token in_json initial_epoch initial_step ip_noise_gamma
    ip_noise_gamma_random_strength keep_tokens keep_tokens_separator log_config log_prefix
    log_tracker_config log_tracker_name log_with logging_dir logit_mean logit_std loss_type lowram
    masked_loss max_bucket_reso max_data_loader_n_workers max_grad_norm max_timestep
    max_token_length max_validation_steps mem_eff_attn min_bucket_reso min_snr_gamma min_timestep
    mixed_precision mode_scale multires_noise_discount multires_noise_iterations network_alpha
    network_args network_dim network_dropout network_module network_train_text_encoder_only
    network_train_unet_only network_weights no_half_vae no_metadata noise_offset
    noise_offset_random_strength optimizer_args optimizer_schedulefree_wrapper optimizer_type
    output_config output_dir output_name perlin_noise persistent_data_loader_workers
    pretrained_model_name_or_path prior_loss_weight random_crop reg_data_dir resize_interpolation
    resolution resume resume_from_huggingface sample_at_first sample_every_n_epochs
    sample_every_n_steps sample_prompts sample_sampler save_every_n_epochs save_every_n_steps
    save_last_n_epochs save_last_n_epochs_state save_last_n_steps save_last_n_steps_state
    save_model_as save_n_epoch_ratio save_precision save_state save_state_on_train_end
    save_state_to_huggingface scale_v_pred_loss_like_noise_pred scale_weight_norms
    schedulefree_wrapper_args sdpa secondary_separator seed shuffle_caption skip_cache_check
    skip_until_initial_step support_controlnet support_dreambooth support_dropout
    support_finetuning text_encoder_batch_size text_encoder_lr token_warmup_min token_warmup_step
    tokenizer_cache_dir torch_compile train_batch_size train_data_dir training_comment unet_lr
    use_8bit_adam use_lion_optimizer use_safetensors v2 v_parameterization v_pred_like_loss vae
    vae_batch_size validate_every_n_epochs validate_every_n_steps validation_seed validation_split
    wandb_api_key wandb_run_name weighted_captions weighting_scheme xformers zero_terminal_snr
"""


def keys_of(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}


def test_the_whole_namespace():
    """None of the other flags is taken for one of these misspelt; the defaults are the scripts'."""
    ours = keys_of(parse_args)
    flags = dict.fromkeys(OTHERS.split(), 1) | ours | {"learning_rate": 0.1}
    assert recognised(flags) == "diffusers"
    assert from_config(Namespace(**flags)) == from_config(flags) == lrs.Constant(0.1)
    assert keys_of(get_scheduler_fix) == KOHYA
    flags = dict.fromkeys(OTHERS_OF_KOHYA.split(), 1) | KOHYA
    assert from_config(Namespace(**flags)) == from_config(flags) == lrs.Constant(2e-6)


def test_a_file_in_sections(monkeypatch):
    """As a TOML file for sd-scripts is laid out, which takes its sections together."""
    config = {
        "additional_network_arguments": {"unet_lr": 5e-4, "network_dim": 16, "network_alpha": 8},
        "optimizer_arguments": {
            "learning_rate": "5e-4",
            "lr_scheduler": "cosine_with_restarts",
            "lr_scheduler_num_cycles": 3,
            "lr_warmup_steps": 0.05,
            "optimizer_type": "AdamW8bit",
            "optimizer_args": ["weight_decay=0.1", "betas=[0.9,0.99]"],
        },
        "training_arguments": {"max_train_epochs": 10, "train_batch_size": 2, "seed": 42},
    }
    assert recognised(config) == "diffusers"
    made = from_config(config, steps_per_epoch=10)
    flags = {
        "learning_rate": 5e-4,
        "lr_scheduler": "cosine_with_restarts",
        "lr_scheduler_num_cycles": 3,
        "lr_warmup_steps": 0.05,
        "max_train_steps": 100,
    }
    follows(made, of_kohya(monkeypatch, flags, 110))


@pytest.mark.parametrize(
    ("config", "given", "said"),
    [
        ({"lr_warmup_step": 3}, {}, "parse_args: no key 'lr_warmup_step': did you mean 'lr_warmu"),
        (
            {"lr_scheduler_num_cycle": 3, "output_name": "x"},
            {},
            "get_scheduler_fix: no key 'lr_scheduler_num_cycle': did you mean 'lr_scheduler_num_cy",
        ),
        ({"lr_scheduler": "cosin"}, {}, "parse_args: lr_scheduler must be one of 'linear', 'cos"),
        ({"lr_scheduler": "piecewise_constant"}, {}, "must be one that needs no step_rules"),
        ({"lr_scheduler": "cosine"}, {}, "learning_rate must be given: the scripts have diff"),
        ({"learning_rate": 1, "scale_lr": True}, {}, "train_batch_size must be given: scale_lr"),
        (
            {"learning_rate": 1, "lr_scheduler": "cosine"},
            {},
            "total_steps must be given: 'cosine' ends with it, got None",
        ),
        (
            {"learning_rate": 1, "lr_scheduler": "cosine", "max_train_steps": 400},
            {},
            "lr_warmup_steps must be at most the whole training=400, got 500",
        ),
        (
            {"lr_scheduler": "adafactor:1e-3", "unet_lr": 1},
            {},
            "lr_scheduler must be the name of a schedule (Adafactor works its rate out itself)",
        ),
        ({"lr_scheduler": "greedy", "unet_lr": 1}, {}, "fix: lr_scheduler must be one of 'linear'"),
        ({"lr_scheduler": 3, "unet_lr": 1}, {}, "lr_scheduler must be one of 'linear', 'cosine'"),
        ({"lr_scheduler_type": "prodigy.X"}, {}, "lr_scheduler_type must be one of 'StepLR', 'Mu"),
        ({"lr_warmup_steps": 9, "unet_lr": 1}, {}, "must be 0 for 'constant', which has no warmup"),
        (
            {"lr_warmup_steps": 9, "lr_scheduler_type": "StepLR"},
            {},
            "lr_warmup_steps must be 0 for 'StepLR', which has no warmup, got 9",
        ),
        ({"lr_warmup_steps": 1.5, "unet_lr": 1}, {}, "non-negative integer, or a float from 0 to"),
        ({"lr_warmup_steps": True, "unet_lr": 1}, {}, "non-negative integer, or a float from 0 to"),
        ({"lr_warmup_steps": "x%", "unet_lr": 1}, {}, "non-negative integer, or a float from 0 to"),
        (
            {"lr_scheduler": "linear", "lr_warmup_steps": 2000, "unet_lr": 1},
            {},
            "lr_warmup_steps must be at most the steps of all processes=1600, got 2000",
        ),
        (
            {"lr_scheduler": "warmup_stable_decay", "lr_warmup_steps": 1000, "lr_decay_steps": 601},
            {},
            "lr_decay_steps must be at most what the warmup leaves=600, got 601",
        ),
        (
            {"lr_scheduler": "linear", "max_train_epochs": 3},
            {},
            "steps_per_epoch must be given: the training is max_train_epochs=3 long, got None",
        ),
        (
            {"lr_scheduler": "cosine_with_min_lr", "unet_lr": 1},
            {},
            "lr_scheduler_min_lr_ratio must be given: 'cosine_with_min_lr' ends at this fraction",
        ),
        (
            {"lr_scheduler": "piecewise_constant", "unet_lr": 1},
            {},
            "lr_scheduler_args must be given: step_rules=",
        ),
        ({"lr_scheduler_args": "T_max=1"}, {}, "lr_scheduler_args must be a list of texts such as"),
        ({"lr_scheduler_args": ["T_max"]}, {}, "lr_scheduler_args must be a list of texts such as"),
        ({"lr_scheduler_args": ["a=b"]}, {}, "lr_scheduler_args must be a list of texts such as"),
        (
            {"lr_scheduler": "polynomial", "lr_scheduler_args": ["power=2"]},
            {},
            "lr_scheduler_args must be without power, which is worked out from the other keys",
        ),
        (
            {"lr_scheduler_type": "StepLR", "lr_scheduler_args": ["step_size=0"]},
            {},
            "get_scheduler_fix: lr_scheduler_args['step_size'] must be a positive integer, got 0",
        ),
        ({"learning_rate": 1}, {"num_processes": 0}, "num_processes must be a positive integer"),
        ({"learning_rate": 1}, {"of": "momentum"}, "of must be one of 'lr', got 'momentum'"),
        (7, {}, "from_config: config must be a mapping of keys to values"),
    ],
)
def test_bad_input(config, given, said):
    with pytest.raises((TypeError, ValueError)) as refused:
        from_config(config, **given)
    assert said in str(refused.value)


@pytest.mark.parametrize("rules", ["", "1:10", "1:1.5,2", "1:-3,2", "a:3,2", "1:2:3,4", 7, "-1"])
def test_bad_rules(rules):
    with pytest.raises((TypeError, ValueError), match='step_rules must be text such as "1:10,'):
        compat.get_piecewise_constant_schedule(0.1, rules)


def test_needed_for_a_name():
    for name in ("cosine", "piecewise_constant"):
        with pytest.raises(ValueError, match=f"must be given: for name='{name}', got None"):
            compat.get_scheduler(name, 0.1)
    with pytest.raises(ValueError, match="num_training_steps must be given: for name='linear'"):
        compat.get_scheduler("linear", 0.1, num_warmup_steps=3)
    with pytest.raises(ValueError, match="num_warmup_steps must be at most num_training_steps=2"):
        compat.get_linear_schedule_with_warmup(0.1, 3, 2)
