"""Writes tokenizers of every kind into a folder, and prints what the library says of them."""

import json
import sys
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

VOCABULARY = {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "\u00e9\"": 4}


def bpe():
    tokenizer = Tokenizer(models.BPE(VOCABULARY, [("a", "b")], unk_token="<unk>", byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(["<s>", "<unk>", AddedToken("</s>", lstrip=True)])
    tokenizer.add_tokens(["new", "a"])
    tokenizer.enable_truncation(77, strategy="only_first")
    tokenizer.enable_padding(length=128, pad_token="<s>")
    return tokenizer


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(VOCABULARY, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits()])
    tokenizer.post_processor = processors.TemplateProcessing(single="a $A b", special_tokens=[("a", 1), ("b", 2)])
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.enable_padding()
    return tokenizer


def word_level():
    return Tokenizer(models.WordLevel(VOCABULARY, unk_token="<unk>"))


def unigram():
    tokenizer = Tokenizer(models.Unigram([(token, -1.0) for token in VOCABULARY], 0, False))
    tokenizer.add_special_tokens(["\u2581", "a"])
    return tokenizer


def large():
    """As large as the vocabularies of today's language models."""
    tokens = {f"token number {number}": number for number in range(250_000)}
    merges = []
    tokenizer = Tokenizer(models.BPE(tokens, merges))
    tokenizer.add_special_tokens([f"<reserved {number}>" for number in range(1000)])
    return tokenizer


def kinds(part):
    """The kind of a step as its own JSON says it."""
    if part is None:
        return None
    said = json.loads(part.__getstate__())
    steps = next((value for key, value in said.items() if isinstance(value, list) and said["type"] == "Sequence"), [])
    return f"Sequence({', '.join(step['type'] for step in steps)})" if steps else said["type"]


def described(tokenizer):
    added = tokenizer.get_added_tokens_decoder()
    truncation, padding = tokenizer.truncation, tokenizer.padding
    return {
        "model": type(tokenizer.model).__name__,
        "vocabulary": tokenizer.get_vocab_size(),
        "own": tokenizer.get_vocab_size(with_added_tokens=False),
        "added": len(added),
        "special": sum(token.special for token in added.values()),
        "normalizer": kinds(tokenizer.normalizer),
        "pre_tokenizer": kinds(tokenizer.pre_tokenizer),
        "post_processor": kinds(tokenizer.post_processor),
        "decoder": kinds(tokenizer.decoder),
        "longest": truncation and truncation["max_length"],
        "padded_with": padding and padding["pad_token"],
    }


folder = Path(sys.argv[1])
all = {}
for make in (bpe, word_piece, word_level, unigram, large):
    # What is told is told of the file, read again.
    path = folder / f"{make.__name__}.json"
    make().save(str(path), pretty=make is not bpe)
    all[path.name] = described(Tokenizer.from_file(str(path)))
print(json.dumps(all))
