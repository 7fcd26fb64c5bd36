"""Writes archives and pickles as Python, NumPy and Keras write them, and what these say is in them: make.py FOLDER."""

import io
import json
import os
import pickle
import pickletools
import random
import struct
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

os.environ["KERAS_BACKEND"] = "numpy"

import absent  # noqa: F401
import keras
import numpy

FOLDER = Path(sys.argv[1])
ELEMENTS = {
    "bool": "BOOL",
    "int8": "I8",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "uint8": "U8",
    "uint16": "U16",
    "uint32": "U32",
    "uint64": "U64",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "complex64": "C64",
    "complex128": "C128",
}
SAID = {}


def say(name, format, verdict="Sound", **more):
    SAID[name] = {"format": format, "verdict": verdict, **more}


def tensors(arrays):
    return [{"name": name, "element": ELEMENTS[array.dtype.name], "shape": list(array.shape)} for name, array in arrays.items()]


# Arrays.

arrays = {name: numpy.arange(6).reshape(2, 3).astype(name) for name in ELEMENTS}
arrays |= {"scalar": numpy.array(1.5), "empty": numpy.zeros((0, 4)), "größe": numpy.ones(3), "large": numpy.zeros((300, 500), "float32")}
for name, save in [("stored.npz", numpy.savez), ("deflated.npz", numpy.savez_compressed)]:
    save(FOLDER / name, **arrays)
    with numpy.load(FOLDER / name) as loaded:
        say(name, "npz", tensors=tensors(loaded))
noise = numpy.random.default_rng(0).integers(0, 255, (200, 1000), "uint8")
numpy.savez_compressed(FOLDER / "noise.npz", noise=noise, more=noise)
say("noise.npz", "npz", tensors=tensors({"noise": noise, "more": noise}))
numpy.savez(FOLDER / "objects.npz", plain=numpy.ones(2), objects=numpy.array([{"a": 1}, None], dtype=object))
say("objects.npz", "npz", verdict="Dangerous")


# Zip archives.

def write(name, **options):
    return zipfile.ZipFile(FOLDER / name, "w", **options)


def archived(name, verdict="Sound"):
    with zipfile.ZipFile(FOLDER / name) as archive:
        members = [{"name": entry.filename, "size": entry.file_size, "packed": entry.compress_size} for entry in archive.infolist()]
    say(name, "zip", verdict, members=members)


class Stream(io.RawIOBase):
    """What can't be sought in: sizes follow each content then."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, content):
        return self.file.write(content)

    def close(self):
        self.file.close()
        super().close()


for method, title in [(zipfile.ZIP_STORED, "stored"), (zipfile.ZIP_DEFLATED, "deflated")]:
    with write(f"{title}.zip", compression=method) as archive:
        archive.writestr("a/readme.txt", "hello" * 500)
        archive.writestr("größe/データ.bin", bytes(range(256)) * 9)
        archive.writestr("empty", "")
        archive.mkdir("folder")
        archive.comment = b"a comment"
    archived(f"{title}.zip")
    with Stream(FOLDER / f"{title}_stream.zip") as stream, zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("one", "1" * 3000)
        with archive.open("two", "w") as member:
            member.write(b"2" * 70000)
    archived(f"{title}_stream.zip")
with write("large.zip") as archive:
    with archive.open("numbers", "w", force_zip64=True) as member:
        member.write(b"x" * 100)
archived("large.zip")
with write("many.zip") as archive:
    for number in range(66_000):
        archive.writestr(f"{number:x}", "")
archived("many.zip")
with write("bzip2.zip", compression=zipfile.ZIP_BZIP2) as archive:
    archive.writestr("packed", "x" * 1000)
archived("bzip2.zip", "Suspicious")
with open(FOLDER / "prefixed.zip", "wb") as file:
    file.write(b"#!/bin/sh\n")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("behind", "x")
archived("prefixed.zip", "Suspicious")


# Pickles.

class Listening(pickle.Unpickler):
    """Loads what this very script wrote, and notes what is imported."""

    def __init__(self, content):
        super().__init__(io.BytesIO(content))
        self.imports = set()

    def find_class(self, module, name):
        self.imports.add(f"{module}.{name}")
        return super().find_class(module, name)


def pickled(name, value, content, verdict="Sound", **more):
    (FOLDER / name).write_bytes(content)
    listening = Listening(content)
    loaded = listening.load()
    assert repr(loaded) == repr(value), name
    imports = sorted({PYTHON_2.get(found, found) for found in listening.imports})
    more = {"imports": imports, "protocol": content[1] if content[:1] == b"\x80" else 0} | more
    say(name, "pickle", verdict, **more)


# What the oldest protocols call by its name in Python 2, is called so in the file.
PYTHON_2 = {}


def random_value(random, depth=0):
    plain = [
        lambda: random.getrandbits(random.choice([1, 8, 16, 31, 32, 63, 64, 200])) * random.choice([1, -1]),
        lambda: random.choice([None, True, False]),
        lambda: random.random() * 10 ** random.randint(-300, 300),
        lambda: "".join(random.choice("aé\\'\"\n\r\t\0😀 u") for _ in range(random.randint(0, 30))),
        lambda: bytes(random.getrandbits(8) for _ in range(random.choice([0, 3, 300]))),
        lambda: bytearray(b"x" * random.randint(0, 9)),
        lambda: complex(random.random(), 1),
    ]
    within = [
        lambda: [random_value(random, depth + 1) for _ in range(random.choice([0, 1, 5]))],
        lambda: tuple(random_value(random, depth + 1) for _ in range(random.randint(0, 5))),
        lambda: {str(number): random_value(random, depth + 1) for number in range(random.randint(0, 4))},
        lambda: OrderedDict(one=random_value(random, depth + 1)),
        lambda: {number for number in range(random.randint(0, 3))},
        lambda: frozenset([random.randint(0, 99)]),
        lambda: range(random.randint(0, 9)),
    ]
    return random.choice(plain if depth > 3 or random.random() < 0.4 else within)()


def scalars(value):
    """What stands in the outermost dict itself."""

    def plain(inner):
        if isinstance(inner, float):
            return {"bits": str(struct.unpack("<Q", struct.pack("<d", inner))[0])}
        return inner

    def kept(inner):
        return isinstance(inner, (bool, float, str)) or (isinstance(inner, int) and -(2**63) <= inner < 2**63)

    return {key: plain(inner) for key, inner in value.items() if kept(inner)}


for number in range(60):
    chance = random.Random(number)
    value = {f"key{index}": random_value(chance) for index in range(6)}
    for protocol in range(6):
        content = pickle.dumps(value, protocol) if number % 2 else pickle._dumps(value, protocol)
        if number % 3 == 0:
            content = pickletools.optimize(content)
        PYTHON_2.clear()
        if protocol < 3:
            PYTHON_2.update({f"builtins.{name}": f"__builtin__.{other}" for name, other in {"set": "set", "frozenset": "frozenset", "complex": "complex", "range": "xrange", "bytearray": "bytearray", "bytes": "bytes"}.items()})
        pickled(f"random{number}_{protocol}.pkl", value, content, metadata=scalars(value))
PYTHON_2.clear()
held = {name: array for name, array in arrays.items() if name != "large"}
for protocol in range(6):
    content = pickle.dumps(held, protocol)
    PYTHON_2.clear()
    if protocol < 3:
        PYTHON_2["builtins.bytes"] = "__builtin__.bytes"
    pickled(f"arrays{protocol}.pkl", held, content, tensors=tensors(held))
with open(FOLDER / "several.pkl", "wb") as file:
    for part in ({"a": 1}, [1, 2], OrderedDict(b=2)):
        pickle.dump(part, file)
say("several.pkl", "pickle")


class Calls:
    def __reduce__(self):
        return print, ("never printed",)


(FOLDER / "calls.pkl").write_bytes(pickle.dumps({"x": Calls()}))
say("calls.pkl", "pickle", "Dangerous", imports=["builtins.print"])


# Models of Keras.

def model(name, built, verdict="Sound"):
    built.save(FOLDER / name)
    say(
        name,
        "keras",
        verdict,
        layers=len(built.get_config()["layers"]),
        **{"keras.class_name": type(built).__name__, "keras.name": built.name, "keras.keras_version": keras.__version__},
    )


inner = [keras.layers.Input((4,)), keras.layers.Dense(3, activation="relu", kernel_regularizer="l2"), keras.layers.Dropout(0.5), keras.layers.Dense(2)]
model("sequential.keras", keras.Sequential(inner, name="little"))
entry = keras.layers.Input((8, 8, 3))
hidden = keras.layers.Flatten()(keras.layers.Conv2D(2, 3)(entry))
model("functional.keras", keras.Model(entry, keras.layers.Dense(2, activation="softmax")(hidden), name="graph"))
model("lambda.keras", keras.Sequential([keras.layers.Input((4,)), keras.layers.Lambda(lambda value: value * 2)], name="code"), "Dangerous")

(FOLDER / "said.json").write_text(json.dumps(SAID))
