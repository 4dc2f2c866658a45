"""trl's trainers of language models: on texts, and on preferences."""

import pytest
import torch
import transformers
import trl
from datasets import Dataset
from recipes import SCHEDULE, cook
from tokenizers import Tokenizer, models, pre_tokenizers
from torch_loops import updates

pytestmark = pytest.mark.loops

WORDS = {word: i for i, word in enumerate(["<pad>", "<eos>", "a", "b", "c"])}
ROWS = {
    "SFT": {"text": ["a b c a b"] * 24},
    "DPO": {"prompt": ["a b"] * 24, "chosen": [" c"] * 24, "rejected": [" a"] * 24},
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The folder of a language model of five words: the trainer makes the model of it."""
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    size = {"n_positions": 16, "n_embd": 8, "n_layer": 1, "n_head": 2}
    ends = {"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0}
    config = transformers.GPT2Config(vocab_size=len(WORDS), **size, **ends)
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    words = Tokenizer(models.WordLevel(WORDS, unk_token="<pad>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="<eos>"
    ).save_pretrained(folder)
    return str(folder)


# trl's own use of what transformers has deprecated.
@pytest.mark.filterwarnings("ignore:.* is deprecated and will be removed in v6:FutureWarning")
@pytest.mark.parametrize("kind", ROWS)
def test_trainers(kind, model, tmp_path, monkeypatch):
    """By updates, of two batches each; a checkpoint is taken up by a new trainer."""
    monkeypatch.setattr(trl, "SFTTrainer", getattr(trl, f"{kind}Trainer"))
    arguments = getattr(trl, f"{kind}Config")(
        output_dir=str(tmp_path),
        max_steps=6,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=2,
        save_steps=4,
        logging_steps=1,
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        bf16=False,
        dataloader_pin_memory=False,
    )
    given = {"model": model, "arguments": arguments, "dataset": Dataset.from_dict(ROWS[kind])}
    with updates() as made:
        done = cook("trl", checkpoint=None, **given)
    assert made == [[SCHEDULE(k)] * 2 for k in range(6)]  # with weight decay, and without
    logged = [row["learning_rate"] for row in done.trainer.state.log_history if "loss" in row]
    assert logged == [SCHEDULE(k) for k in range(6)]
    with updates() as made:
        cook("trl", checkpoint=str(tmp_path / "checkpoint-4"), **given)
    assert made == [[SCHEDULE(k)] * 2 for k in range(4, 6)]
