"""What transformers, accelerate and hf-mem find that models cost, as one line of JSON: costs.py FOLDER.

Makes tiny models with random weights, one of each manner of keeping keys and values, saves them into the folder, runs them
and looks at what their caches hold.
"""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import torch
from accelerate.commands.estimate import create_empty_model, gather_data
from hf_mem.safetensors.kv_cache import compute_safetensors_kv_cache_size
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM

ROOT = Path(sys.argv[1])
TOKENS = 20
SHAPE = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
GPT = {"vocab_size": 64, "n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 64, "bos_token_id": 1, "eos_token_id": 2}
WRITERS = {
    "llama": SHAPE,
    "llama-tied": SHAPE | {"model_type": "llama", "tie_word_embeddings": True},
    "llama-wide-heads": SHAPE | {"model_type": "llama", "head_dim": 16},
    "mistral": SHAPE | {"sliding_window": 8},
    "mixtral": SHAPE | {"num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": None},
    "qwen2": SHAPE | {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 3},
    "qwen2-without-window": SHAPE | {"model_type": "qwen2", "sliding_window": 8},
    "qwen3": SHAPE | {"head_dim": 16},
    "qwen3_moe": SHAPE | {"head_dim": 16, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 8},
    "gemma2": SHAPE | {"head_dim": 16, "sliding_window": 8},
    "gemma3_text": SHAPE | {"head_dim": 16, "sliding_window": 8, "num_hidden_layers": 7},
    "cohere2": SHAPE | {"sliding_window": 8, "num_hidden_layers": 5},
    "olmo3": SHAPE | {"sliding_window": 8, "num_hidden_layers": 5},
    "gpt_oss": SHAPE | {"head_dim": 8, "sliding_window": 8, "num_local_experts": 4, "num_experts_per_tok": 2},
    "phi3": SHAPE | {"sliding_window": 8},
    "starcoder2": SHAPE | {"sliding_window": 8},
    "smollm3": SHAPE | {"use_sliding_window": False},
    "granite": SHAPE,
    "stablelm": SHAPE,
    "gpt2": GPT,
    "gpt_bigcode": GPT | {"multi_query": True},
    "gptj": GPT | {"rotary_dim": 4},
    "gpt_neox": {key: value for key, value in SHAPE.items() if key != "num_key_value_heads"},
    "opt": {key: value for key, value in SHAPE.items() if "key_value" not in key} | {"ffn_dim": 48, "word_embed_proj_dim": 32},
    "bloom": {"vocab_size": 64, "hidden_size": 32, "n_layer": 3, "n_head": 4},
    "falcon": {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "multi_query": True},
    "mpt": {"vocab_size": 64, "d_model": 32, "n_layers": 3, "n_heads": 4, "max_seq_len": 64},
    "deepseek_v3": SHAPE
    | {
        "num_key_value_heads": 4,
        "kv_lora_rank": 16,
        "q_lora_rank": 24,
        "qk_rope_head_dim": 8,
        "qk_nope_head_dim": 16,
        "v_head_dim": 16,
        "n_routed_experts": 8,
        "num_experts_per_tok": 2,
        "n_group": 2,
        "topk_group": 1,
        "moe_intermediate_size": 8,
        "first_k_dense_replace": 1,
    },
    "qwen3_next": SHAPE
    | {
        "head_dim": 16,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 8,
        "shared_expert_intermediate_size": 8,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "linear_key_head_dim": 8,
        "linear_value_head_dim": 8,
    },
    "lfm2": SHAPE | {"layer_types": ["conv", "full_attention", "conv", "full_attention"]},
}
TRANSLATORS = {
    "t5": {"vocab_size": 64, "d_model": 32, "d_kv": 16, "d_ff": 48, "num_layers": 2, "num_decoder_layers": 3, "num_heads": 4, "decoder_start_token_id": 0},
    "bart": {
        "vocab_size": 64,
        "d_model": 32,
        "encoder_layers": 2,
        "decoder_layers": 3,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
        "encoder_ffn_dim": 48,
        "decoder_ffn_dim": 48,
        "max_position_embeddings": 64,
    },
}
BODIES = {
    "bert": {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48},
    "llama": SHAPE,
    "gpt2": GPT,
    "distilbert": {"vocab_size": 64, "dim": 32, "n_layers": 3, "n_heads": 4, "hidden_dim": 48},
    "vit": {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48, "image_size": 32, "patch_size": 8},
}


def config_of(name, fields):
    fields = dict(fields)
    return AutoConfig.for_model(fields.pop("model_type", name), **fields)


def saved(model, name):
    folder = ROOT / "models/costs" / name
    model.save_pretrained(folder)
    (folder / "README.md").write_text("---\nlibrary_name: transformers\n---\n")
    return folder


def kept(cache):
    """The numbers that a cache holds of tokens."""
    layers = getattr(cache, "self_attention_cache", cache).layers
    tensors = [getattr(layer, part, None) for layer in layers for part in ("keys", "values")]
    return sum(tensor.numel() for tensor in tensors if tensor is not None)


def run(name, fields, kind):
    torch.manual_seed(0)
    model = kind.from_config(config_of(name, fields)).eval()
    folder = saved(model, name)
    tokens = torch.arange(3, 3 + TOKENS).remainder(60).unsqueeze(0)
    inputs = {"input_ids": tokens, "use_cache": True}
    if kind is AutoModelForSeq2SeqLM:
        inputs["decoder_input_ids"] = tokens
    with torch.no_grad():
        cache = model(**inputs).past_key_values
    stored = model.state_dict()
    buffers = sum(buffer.numel() for name, buffer in model.named_buffers() if name in stored and buffer.dim() > 0)
    return {"kept": kept(cache), "parameters": model.num_parameters(), "buffers": buffers, "hf_mem": hf_mem(folder)}


def hf_mem(folder):
    config = json.loads((folder / "config.json").read_text())
    try:
        return compute_safetensors_kv_cache_size(config, "F16", TOKENS)
    except (KeyError, TypeError):
        return None


def accelerate(name, fields):
    repo = f"body-{name}"
    saved(AutoModel.from_config(config_of(name, fields)), repo)
    asked = SimpleNamespace(
        model_name=f"costs/{repo}",
        library_name="transformers",
        trust_remote_code=False,
        dtypes=["float32", "float16"],
    )
    full, half = gather_data(asked)
    empty = create_empty_model(asked.model_name, "transformers")
    return {
        "total": full[2],
        "largest": full[1],
        "training": max(full[3].values()),
        "mixed": max(half[3].values()),
        "parts": {key: half[3][key] for key in ("model", "gradients", "optimizer")},
        # Tensors that are no parameters, which accelerate counts too.
        "buffers": sum(buffer.numel() * buffer.element_size() for buffer in empty.buffers()),
    }


if os.environ["COSTS"] == "make":
    made = {name: run(name, fields, AutoModelForCausalLM) for name, fields in WRITERS.items()}
    made |= {name: run(name, fields, AutoModelForSeq2SeqLM) for name, fields in TRANSLATORS.items()}
    print(json.dumps(made))
else:
    print(json.dumps({name: accelerate(name, fields) for name, fields in BODIES.items()}))
