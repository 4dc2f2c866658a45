"""The loop of diffusers' training scripts, which are no part of its package: written again here,
with its models, its noise and its accelerate.
"""

import accelerate
import pytest
import torch
from diffusers import DDPMScheduler, UNet2DModel
from recipes import SCHEDULE, cook
from torch_loops import updates

pytestmark = pytest.mark.loops


@pytest.mark.parametrize("processes", [1, 4])
def test_loop(processes, tmp_path, monkeypatch):
    """By updates, of two batches each; on several processes too, as far as a scheduler knows."""

    def script(batches, resume):
        accelerator = accelerate.Accelerator(cpu=True, gradient_accumulation_steps=2)
        # What a prepared scheduler asks how many steps it has to take for an update.
        state = accelerate.PartialState._shared_state
        monkeypatch.setitem(state, "num_processes", processes)
        assert accelerate.state.AcceleratorState().num_processes == processes
        size = {"block_out_channels": (4,), "norm_num_groups": 2, "layers_per_block": 1}
        blocks = {"down_block_types": ("DownBlock2D",), "up_block_types": ("UpBlock2D",)}
        unet = UNet2DModel(4, 1, 1, attention_head_dim=2, **size, **blocks)
        noise_scheduler = DDPMScheduler()
        optimizer = torch.optim.AdamW(unet.parameters())
        done = cook("diffusers", accelerator=accelerator, optimizer=optimizer)
        unet, optimizer, lr_scheduler = accelerator.prepare(unet, optimizer, done.lr_scheduler)
        if resume:
            accelerator.load_state(tmp_path)
        for clean in batches:
            with accelerator.accumulate(unet):
                noise, times = torch.randn_like(clean), torch.randint(0, 1000, (len(clean),))
                noisy = noise_scheduler.add_noise(clean, noise, times)
                loss = torch.nn.functional.mse_loss(unet(noisy, times).sample, noise)
                accelerator.backward(loss)
                optimizer.step()
                lr_scheduler.step()
                optimizer.zero_grad()
        accelerator.save_state(tmp_path)
        return lr_scheduler.get_last_lr()

    batches = torch.randn(12, 2, 1, 4, 4)
    with updates() as made:
        assert script(batches[:8], resume=False) == [SCHEDULE(4)]
        assert script(batches[8:], resume=True) == [SCHEDULE(6)]
    assert made == [[SCHEDULE(k)] for k in range(6)]
