"""What hubkit writes, held against numpy, ml_dtypes and the reference library: check.py CHECK HUBKIT FOLDER."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
from huggingface_hub import split_state_dict_into_shards_factory
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

HUBKIT = ""
BF16 = ml_dtypes.bfloat16
RANDOM = np.random.default_rng(7)


def _hubkit(*words, code=0):
    outcome = subprocess.run([HUBKIT, *map(str, words)], capture_output=True)
    assert outcome.returncode == code, (words, outcome.returncode, outcome.stderr.decode())
    return outcome


def _same(one, other):
    assert Path(one).read_bytes() == Path(other).read_bytes(), f"{one} and {other} differ"


def _model():
    """A state of several types, in another order than any that a writer might choose."""
    shapes = {
        "model.layers.10.weight": ((33, 7), np.float32),
        "model.layers.2.weight": ((16, 8), np.float16),
        "embed": ((100, 16), BF16),
        "a.counts": ((5,), np.int64),
        "a.mask": ((3, 3), np.bool_),
        "b.bytes": ((11,), np.uint8),
        "b.short": ((7,), np.int16),
        "scalar": ((), np.float64),
        "nothing": ((0, 4), np.float32),
        "Ünïcode \"quoted\"\n": ((2,), np.uint32),
        "c.int8": ((9,), np.int8),
        "c.u16": ((2, 2, 2), np.uint16),
        "c.u64": ((1,), np.uint64),
        "c.i32": ((1, 1), np.int32),
    }
    return {name: (RANDOM.integers(0, 2, shape) if kind is np.bool_ else RANDOM.integers(0, 100, shape)).astype(kind)
            for name, (shape, kind) in shapes.items()}


def what_is_merged_is_what_save_file_writes(folder):
    state = _model()
    save_file(state, folder / "whole", metadata={"format": "pt"})
    names = list(state)
    for place in range(3):
        save_file({name: state[name] for name in names[place::3]}, folder / f"{place}", metadata={"format": "pt"})
    _hubkit("safetensors", "merge", folder / "0", folder / "1", folder / "2", "-o", folder / "merged")
    _same(folder / "merged", folder / "whole")
    # Of one file the same again.
    _hubkit("safetensors", "merge", folder / "whole", "-o", folder / "again")
    _same(folder / "again", folder / "whole")
    save_file({}, folder / "empty")
    _hubkit("safetensors", "merge", folder / "empty", "-o", folder / "empty-again")
    _same(folder / "empty-again", folder / "empty")


def a_split_is_that_of_the_hub_client(folder):
    state = {f"layer.{place}.{part}": RANDOM.standard_normal((RANDOM.integers(1, 40), 16)).astype(np.float32)
             for place in range(20) for part in ("weight", "bias")}
    save_file(state, folder / "whole", metadata={"format": "pt"})
    # The order in which a file has its tensors.
    with safe_open(folder / "whole", "np") as file:
        names = file.offset_keys()
    for size in ("3KB", "10KB", "1GB"):
        split = split_state_dict_into_shards_factory(
            {name: state[name] for name in names}, get_storage_size=lambda tensor: tensor.nbytes,
            filename_pattern="model{suffix}.safetensors", max_shard_size=size)
        out = folder / size
        _hubkit("safetensors", "split", folder / "whole", "--max-size", size, "-o", out)
        expected = set(split.filename_to_tensors)
        if split.is_sharded:
            expected.add("model.safetensors.index.json")
            index = {"metadata": split.metadata, "weight_map": split.tensor_to_filename}
            text = json.dumps(index, indent=2, sort_keys=True) + "\n"
            assert (out / "model.safetensors.index.json").read_text() == text
            _hubkit("safetensors", "merge", out / "model.safetensors.index.json", "-o", folder / f"{size}-merged")
            _same(folder / f"{size}-merged", folder / "whole")
        assert {path.name for path in out.iterdir()} == expected
        for filename, tensors in split.filename_to_tensors.items():
            save_file({name: state[name] for name in tensors}, folder / "shard", metadata={"format": "pt"})
            _same(out / filename, folder / "shard")


def renamed_tensors_are_those_that_were(folder):
    state = _model()
    save_file(state, folder / "before")
    _hubkit("safetensors", "rename", folder / "before", "embed=wte", "model.*=bert.*", "-o", folder / "after")
    names = {"embed": "wte", "model.layers.10.weight": "bert.layers.10.weight", "model.layers.2.weight": "bert.layers.2.weight"}
    save_file({names.get(name, name): array for name, array in state.items()}, folder / "expected")
    _same(folder / "after", folder / "expected")
    _hubkit("safetensors", "rename", folder / "before", "none=x", "-o", folder / "x", code=3)
    _hubkit("safetensors", "rename", folder / "before", "a.mask=a.counts", "-o", folder / "x", code=2)
    _hubkit("safetensors", "rename", folder / "before", "embed=x", "-o", folder / "before", code=8)
    _hubkit("safetensors", "rename", folder / "before", "embed=wte", "model.*=bert.*", "-o", folder / "before", "--force")
    _same(folder / "before", folder / "expected")
    assert not (folder / "x").exists()


def _cast(folder, array, to, kind, expected):
    save_file({"x": array}, folder / "from")
    _hubkit("safetensors", "cast", folder / "from", "--to", to, "-o", folder / "to", "--force")
    found = load_file(folder / "to")["x"]
    assert found.dtype == kind, found.dtype
    bits = f"u{found.itemsize}"
    found_nan, expected_nan = np.isnan(found), np.isnan(expected)
    assert (found_nan == expected_nan).all()
    assert (np.signbit(found) == np.signbit(expected)).all()
    differ = (found.view(bits) != expected.view(bits)) & ~expected_nan
    assert not differ.any(), (array[differ][:5], found[differ][:5], expected[differ][:5])


def _singles():
    """Singles around every place where rounding to fewer bits turns: all upper halves with telling lower ones, and all
    that lie at and beside the middle between two halves."""
    upper = np.arange(1 << 16, dtype=np.uint32) << 16
    lower = np.array([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF, 0x0FFF, 0x1000, 0x1001, 0x2000, 0x3000], dtype=np.uint32)
    return (upper[:, None] | lower[None, :]).ravel().view(np.float32)


def singles_are_rounded_as_ml_dtypes_and_numpy_do(folder):
    singles = _singles()
    with np.errstate(all="ignore"):
        _cast(folder, singles, "bf16", BF16, singles.astype(BF16))
        _cast(folder, singles, "f16", np.float16, singles.astype(np.float16))


def halves_and_doubles_are_rounded_by_way_of_singles(folder):
    halves = np.arange(1 << 16, dtype=np.uint16)
    doubles = RANDOM.integers(0, 1 << 63, 200_000, dtype=np.uint64).view(np.float64) * RANDOM.choice([-1, 1], 200_000)
    doubles = np.concatenate([doubles, RANDOM.standard_normal(200_000) * 1e3, [0.0, -0.0, np.inf, -np.inf, np.nan, 1e300]])
    with np.errstate(all="ignore"):
        for kind, to, other in [(np.float16, "bf16", BF16), (BF16, "f16", np.float16)]:
            array = halves.view(kind)
            _cast(folder, array, "f32", np.float32, array.astype(np.float32))
            _cast(folder, array, to, other, array.astype(np.float32).astype(other))
        _cast(folder, doubles, "f32", np.float32, doubles.astype(np.float32))
        _cast(folder, doubles, "f16", np.float16, doubles.astype(np.float32).astype(np.float16))
        _cast(folder, doubles, "bf16", BF16, doubles.astype(np.float32).astype(BF16))


def only_what_is_named_is_cast(folder):
    state = _model()
    save_file(state, folder / "before")
    _hubkit("safetensors", "cast", folder / "before", "--to", "f16", "--only", "model.*", "--only", "scal?r", "-o", folder / "after")
    for name in ("model.layers.10.weight", "scalar"):
        state[name] = state[name].astype(np.float16)
    save_file(state, folder / "expected")
    _same(folder / "after", folder / "expected")


def _sparse(path, bytes):
    text = f'{{"x":{{"dtype":"U8","shape":[{bytes}],"data_offsets":[0,{bytes}]}}}}'.encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"start")
        file.truncate(8 + len(text) + bytes)
    return path.stat().st_size


def gigabytes_take_little_memory(folder):
    size = _sparse(folder / "large", 1 << 29)
    _hubkit("safetensors", "merge", folder / "large", "-o", folder / "copy")
    with open(folder / "large", "rb") as one, open(folder / "copy", "rb") as other:
        assert one.read(200) == other.read(200)
        assert other.seek(0, os.SEEK_END) == size
    _sparse(folder / "larger", 2 << 30)
    with open(os.devnull, "wb") as nothing:
        words = [HUBKIT, "tensor", "get", folder / "larger", "x", "--format", "raw"]
        subprocess.run(words, stdout=nothing, check=True)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert most < 100 << 10, f"{most} KiB"
    # A run that is ended leaves no file that looks whole.
    process = subprocess.Popen([HUBKIT, "safetensors", "merge", folder / "large", "-o", folder / "killed"])
    while not any(path.name.startswith(".killed") for path in folder.iterdir()):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert not (folder / "killed").exists()


def pointers_and_other_files_are_refused(folder):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 4900000000\n"
    (folder / "model.safetensors").write_text(pointer)
    (folder / "pickle").write_bytes(b"\x80\x04\x95" + bytes(100))
    for words in (["merge"], ["split"], ["rename", "a=b"], ["cast", "--to", "f16"]):
        command, *more = words
        output = folder / "out"
        outcome = _hubkit("safetensors", command, folder / "model.safetensors", *more, "-o", output, code=7)
        assert b"Git LFS pointer to 4.9 GB" in outcome.stderr, outcome.stderr
        _hubkit("safetensors", command, folder / "pickle", *more, "-o", output, code=7)
        _hubkit("safetensors", command, folder / "none", *more, "-o", output, code=3)


def _write(path, tensors):
    """A file of types that numpy does not have: name, dtype, shape and bytes of each."""
    header, data = {}, b""
    for name, dtype, shape, content in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def _get(folder, file, what, *words):
    _hubkit("tensor", "get", file, what, "-o", folder / "out", "--force", *words)
    return folder / "out"


def parts_are_those_of_numpy(folder):
    kinds = [np.bool_, np.uint8, np.int8, np.uint16, np.int16, np.float16, np.uint32, np.int32, np.float32,
             np.complex64, np.uint64, np.int64, np.float64]
    state = {kind.__name__: (RANDOM.integers(0, 2, (5, 4, 6)) * 97 + RANDOM.integers(0, 2, (5, 4, 6))).astype(kind) for kind in kinds}
    state |= {"scalar": np.array(1.5, np.float32), "empty": np.zeros((3, 0, 2), np.int16), "row[0:2]": np.arange(3, dtype=np.uint8)}
    save_file(state, folder / "file")
    everywhere = ["", "[1:3]", "[..., 2]"]
    parts = ["[-1]", "[0, 0, 0]", "[5:]", "[:, -2:, 1:-1]", "[2, :, 1]", "[..., :99]", "[-99:2, 1:, 5]", "[3:1]", "[1:2, ..., 0:1]", "[:, 1:3,]"]
    cases = [(name, part) for name in state for part in everywhere if state[name].size == 120 or not part]
    cases += [(name, part) for name in ("int64", "uint8") for part in parts]
    cases += [("scalar", "[...]"), ("empty", "[:, :, 1]"), ("row[0:2]", "[1:]")]
    for name, part in cases:
        expected = np.array(eval(f"array{part}", {"array": state[name]}), order="C")
        np.save(folder / "expected.npy", expected)
        _same(_get(folder, folder / "file", name + part), folder / "expected.npy")
        assert _get(folder, folder / "file", name + part, "--format", "raw").read_bytes() == expected.tobytes()
    values = json.loads(_get(folder, folder / "file", "float64[1:3, 0]", "--format", "json").read_text())
    assert values["shape"] == [2, 6] and values["dtype"] == "F64"
    assert values["values"] == state["float64"][1:3, 0].ravel().tolist()
    for what, code in [("none", 3), ("int64[9]", 2), ("int64[::2]", 2), ("int64[0, 0, 0, 0]", 2), ("int64[x]", 2)]:
        _hubkit("tensor", "get", folder / "file", what, code=code)


def types_that_numpy_lacks_are_written_as_stored_or_as_singles(folder):
    every = bytes(range(256))
    kinds = {"F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2, "F8_E8M0": ml_dtypes.float8_e8m0fnu,
             "F8_E4M3FNUZ": ml_dtypes.float8_e4m3fnuz, "F8_E5M2FNUZ": ml_dtypes.float8_e5m2fnuz}
    halves = np.arange(1 << 16, dtype=np.uint16)
    tensors = [("BF16", "BF16", [256, 256], halves.tobytes()), ("F16", "F16", [256, 256], halves.tobytes()),
               *((name, name, [16, 16], every) for name in kinds), ("F4", "F4", [4, 8], every[:16]), ("F6", "F6_E2M3", [4, 2], every[:6])]
    _write(folder / "file", tensors)
    for name, kind in {**kinds, "BF16": BF16, "F16": np.float16}.items():
        bits = np.uint16 if name in ("BF16", "F16") else np.uint8
        stored = (halves if bits is np.uint16 else np.frombuffer(every, np.uint8)).reshape((256, 256) if bits is np.uint16 else (16, 16))
        found = np.load(_get(folder, folder / "file", name + "[3:, 1:5]"))
        part = stored[3:, 1:5]
        assert found.dtype == (np.float16 if name == "F16" else bits), found.dtype
        assert (found.view(bits) == part).all()
        singles = np.load(_get(folder, folder / "file", name, "--as", "f32"))
        expected = stored.view(kind).astype(np.float32)
        assert singles.dtype == np.float32 and (np.isnan(singles) == np.isnan(expected)).all()
        assert (singles.view(np.uint32) == expected.view(np.uint32))[~np.isnan(expected)].all(), name
    assert (np.load(_get(folder, folder / "file", "F4[1:3]")) == np.frombuffer(every[4:12], np.uint8).reshape(2, 4)).all()
    assert (np.load(_get(folder, folder / "file", "F6")) == np.frombuffer(every[:6], np.uint8)).all()
    _hubkit("tensor", "get", folder / "file", "F4[:, 1:3]", code=2)
    _hubkit("tensor", "get", folder / "file", "F4", "--as", "f32", code=2)
    _hubkit("tensor", "get", folder / "file", "F4", "--format", "json", code=2)


if __name__ == "__main__":
    check, HUBKIT, place = sys.argv[1:]
    globals()[check](Path(place))
