"""DeepSpeed's engine, on one process and a CPU.

It is run from its published source, by another Python, as it changes torch. A stub is its C++
extension for sums over processes, which takes minutes to compile and has no part in this: torch's
own sum is taken without it.
"""

import json
import os
import sys

import pytest
from elsewhere import elsewhere
from recipes import SCHEDULE, cook
from wheels import package

pytestmark = pytest.mark.loops

SIZE = {
    "train_batch_size": 4,
    "train_micro_batch_size_per_gpu": 2,
    "gradient_accumulation_steps": 2,
}
CONFIGS = [
    {"zero_optimization": {"stage": 0}},
    {"zero_optimization": {"stage": 2}, "bf16": {"enabled": True}},
    {"optimizer": {"type": "AdamW", "params": {"torch_adam": True}}},
    {"scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": 77}}},
]


def test_engine(tmp_path):
    """Two batches to an update; a checkpoint is taken up by a new engine."""
    made = elsewhere(__file__, str(tmp_path), first=package("deepspeed", "0.19.8", source=True))
    assert made == [[[SCHEDULE(k)] for k in range(6)]] * len(CONFIGS)


def run(config, folder):
    import torch
    from torch_loops import net, updates

    def engine():
        model = net()
        optimizer = None if "optimizer" in config else torch.optim.AdamW(model.parameters())
        given = {"model": model, "optimizer": optimizer, "config": SIZE | config}
        return cook("DeepSpeed", **given).engine

    def train(engine, batches):
        x = torch.ones(2, 3, dtype=next(engine.parameters()).dtype)
        for _ in range(batches):
            engine.backward(engine(x).sum())
            engine.step()

    with updates() as made:
        first, second = engine(), engine()
        train(first, 8)
        first.save_checkpoint(folder)
        second.load_checkpoint(folder)
        train(second, 4)
    return made


if __name__ == "__main__":
    import deepspeed
    import torch

    sys.modules["deepspeed.comm.torch"].build_shm_op = lambda: None
    os.environ["LOCAL_RANK"] = "0"
    folder = sys.argv[1]
    alone = {"rank": 0, "world_size": 1}
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/group", **alone)
    made = [run(config, f"{folder}/{i}") for i, config in enumerate(CONFIGS)]
    assert deepspeed.comm.comm.cdb.shm_comm_op is None
    torch.distributed.destroy_process_group()
    print(json.dumps(made))
