"""Makes tiny models with random weights, and small tables, as a folder of repositories: make.py FOLDER."""

import json
import sys
from pathlib import Path

import pandas
import torch
from diffusers import DDPMPipeline, DDPMScheduler, UNet2DModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

ROOT = Path(sys.argv[1])
ATTRIBUTES = "*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.parquet filter=lfs diff=lfs merge=lfs -text\n"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "hub", "of", "models", "and", "mirrors"]


def finish(folder, card):
    (folder / ".gitattributes").write_text(ATTRIBUTES)
    (folder / "README.md").write_text(f"---\n{card}---\n")


def tokenizer():
    words = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = Whitespace()
    names = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
    return PreTrainedTokenizerFast(tokenizer_object=words, **{f"{name}_token": token for name, token in names.items()})


def bert(kind, name, card, **saving):
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    folder = ROOT / "models/lab" / name
    kind(config).save_pretrained(folder, **saving)
    tokenizer().save_pretrained(folder)
    finish(folder, card)


def diffusion(name):
    torch.manual_seed(0)
    unet = UNet2DModel(
        sample_size=8,
        block_out_channels=(8,),
        layers_per_block=1,
        norm_num_groups=4,
        down_block_types=("DownBlock2D",),
        up_block_types=("UpBlock2D",),
        attention_head_dim=4,
    )
    folder = ROOT / "models/lab" / name
    DDPMPipeline(unet, DDPMScheduler(num_train_timesteps=10)).save_pretrained(folder)
    finish(folder, "library_name: diffusers\n")


def table(name, split, write):
    folder = ROOT / "datasets/lab" / name
    folder.mkdir(parents=True, exist_ok=True)
    rows = pandas.DataFrame({"word": ["hub", "mirror", "größe"], "number": [1, 2, 3]})
    write(rows, folder / split)
    finish(folder, "license: mit\n")


def lines(rows, path):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows.to_dict("records")), encoding="utf-8")


torch.manual_seed(0)
bert(BertModel, "bert", "library_name: transformers\n")
bert(BertModel, "sharded", "library_name: transformers\n", max_shard_size="8KB")
bert(BertForSequenceClassification, "classifier", "library_name: transformers\npipeline_tag: text-classification\n")
diffusion("pictures")
table("commas", "train.csv", lambda rows, path: rows.to_csv(path, index=False))
table("lines", "train.jsonl", lines)
table("columns", "train.parquet", lambda rows, path: rows.to_parquet(path))
table("columns", "test.parquet", lambda rows, path: rows.head(1).to_parquet(path))
