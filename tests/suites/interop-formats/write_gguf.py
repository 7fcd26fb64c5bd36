"""Writes GGUF files of every type into a folder, and prints what gguf's own reader finds in them."""

import json
import sys
from pathlib import Path

import numpy
from gguf import GGUFEndian, GGUFReader, GGUFValueType, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

PLAIN = {
    GGMLQuantizationType.F32: "f4",
    GGMLQuantizationType.F16: "f2",
    GGMLQuantizationType.F64: "f8",
    GGMLQuantizationType.I8: "i1",
    GGMLQuantizationType.I16: "i2",
    GGMLQuantizationType.I32: "i4",
    GGMLQuantizationType.I64: "i8",
}


def tensors(path, endian):
    """One tensor of each type, and shapes of one to four dimensions."""
    writer = GGUFWriter(path, "llama", endianess=endian)
    # ggml's block of Q8_1 is 36 bytes, the package says 40: it comes last, so that nothing is misplaced by that.
    kinds = sorted(GGMLQuantizationType, key=lambda kind: (kind.name == "Q8_1", kind))
    for index, kind in enumerate(kinds):
        block, size = GGML_QUANT_SIZES[kind]
        lengths = [3, 2, 5][: index % 4]
        if kind in PLAIN:
            writer.add_tensor(f"t.{kind.name}", numpy.zeros([*lengths, 7], PLAIN[kind]))
        else:
            packed = numpy.zeros([*lengths, 2 * size], numpy.uint8)
            writer.add_tensor(f"t.{kind.name}", packed, raw_dtype=kind)
    finish(writer)


def values(path, endian):
    """A value of each type, and lists of each."""
    writer = GGUFWriter(path, "llama", endianess=endian)
    for name, value in [
        ("uint8", 200), ("int8", -100), ("uint16", 60_000), ("int16", -30_000), ("uint32", 4_000_000_000),
        ("int32", -2_000_000_000), ("float32", 0.5), ("uint64", 2**63), ("int64", -(2**62)), ("float64", 0.1),
        ("bool", True), ("string", "a\u00e9\n\U0001f600"),
    ]:
        getattr(writer, f"add_{name}")(f"v.{name}", value)
    for name, value in [
        ("texts", [f"token {number}" for number in range(5000)]), ("numbers", list(range(20))),
        ("floats", [0.25, -1.5]), ("truths", [True, False]),
    ]:
        writer.add_array(f"l.{name}", value)
    writer.add_custom_alignment(64)
    writer.add_tensor("a", numpy.zeros([3], "f4"))
    writer.add_tensor("b", numpy.zeros([3], "f4"))
    finish(writer)


def parts(path):
    """A model in three files."""
    writer = GGUFWriter(path, "llama", split_max_tensors=2)
    for index in range(5):
        writer.add_tensor(f"t{index}", numpy.zeros([index + 1, 4], "f4"))
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def plain(value):
    return value.item() if hasattr(value, "item") else value


def described(path):
    reader = GGUFReader(path)
    metadata = {}
    for key, field in reader.fields.items():
        # The reader adds what is no entry of the file's metadata.
        if key.startswith("GGUF."):
            continue
        value = field.contents()
        if field.types[0] == GGUFValueType.ARRAY:
            # Of texts the first eight are told, of numbers all as long as they are few.
            first = value[:8] if field.types[-1] == GGUFValueType.STRING else value[:512]
            value = {"list": field.types[-1].name, "length": len(value), "first": [plain(each) for each in first]}
        metadata[key] = plain(value)
    return {
        "metadata": metadata,
        "tensors": [
            {
                "name": tensor.name,
                "element": tensor.tensor_type.name,
                "shape": [int(length) for length in reversed(tensor.shape)],
                "start": int(tensor.data_offset),
                "bytes": None if tensor.tensor_type.name == "Q8_1" else int(tensor.n_bytes),
            }
            for tensor in reader.tensors
        ],
    }


folder = Path(sys.argv[1])
for name, endian in [("little", GGUFEndian.LITTLE), ("big", GGUFEndian.BIG)]:
    tensors(folder / f"tensors-{name}.gguf", endian)
    values(folder / f"values-{name}.gguf", endian)
parts(folder / "split.gguf")
print(json.dumps({path.name: described(path) for path in sorted(folder.iterdir())}))
