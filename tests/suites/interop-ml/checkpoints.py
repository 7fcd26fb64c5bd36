"""Writes checkpoints as PyTorch writes them, and what PyTorch itself says is in them: checkpoints.py FOLDER."""

import collections
import json
import pickle
import sys
import tarfile
import warnings
from pathlib import Path

import numpy
import torch

warnings.filterwarnings("ignore")
FOLDER = Path(sys.argv[1])
NAMES = {
    "float32": "F32",
    "float64": "F64",
    "float16": "F16",
    "bfloat16": "BF16",
    "int8": "I8",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "uint8": "U8",
    "uint16": "U16",
    "uint32": "U32",
    "uint64": "U64",
    "bool": "BOOL",
    "complex32": "C32",
    "complex64": "C64",
    "complex128": "C128",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "float8_e4m3fnuz": "F8_E4M3FNUZ",
    "float8_e5m2fnuz": "F8_E5M2FNUZ",
    "float8_e8m0fnu": "F8_E8M0",
}
SAID = {}


def named(value, name=""):
    """Every tensor in nested containers, by the way to it."""
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from named(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from named(inner, f"{name}.{index}" if name else str(index))


def told(tensors):
    def element(tensor):
        plain = str(tensor.dtype).removeprefix("torch.")
        return NAMES.get(plain, plain)

    return [
        {"name": name, "element": element(tensor), "shape": list(tensor.shape), "place": place(tensor)}
        for name, tensor in tensors
    ]


def place(tensor):
    """The bytes, where they are in one piece: they must stand where they are said to."""
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.device.type == "meta" or not tensor.is_contiguous() or tensor.is_conj():
        return None
    plain = tensor.detach().clone()
    return bytes(plain.flatten().view(torch.uint8).tolist()).hex() if plain.numel() else ""


def write(name, value, verdict="Sound", tensors=None, **options):
    torch.save(value, FOLDER / name, **options)
    loaded = torch.load(FOLDER / name, weights_only=False)
    SAID[name] = {"verdict": verdict, "tensors": told(named(loaded) if tensors is None else tensors(loaded))}


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(11, 4)
        self.layers = torch.nn.ModuleList(torch.nn.Linear(4, 4, bias=index > 0) for index in range(3))
        self.norm = torch.nn.BatchNorm1d(4)
        self.head = torch.nn.Linear(4, 11, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("scale", torch.ones(()))

    def forward(self, ids):
        hidden = self.embed(ids)
        for layer in self.layers:
            hidden = layer(hidden)
        return self.head(hidden)


def elements():
    for name in NAMES:
        if hasattr(torch, name):
            dtype = getattr(torch, name)
            yield name, torch.arange(6).to(torch.uint8).view(2, 3).to(torch.float32 if "float8" in name else torch.uint8).to(dtype)


torch.manual_seed(0)
net = Net()
optimizer = torch.optim.AdamW(net.parameters())
net(torch.tensor([[1, 2]])).sum().backward()
optimizer.step()

every = dict(elements())
write("elements.pt", every)
write("state.pt", net.state_dict())
write("parameters.bin", dict(net.named_parameters(remove_duplicate=False)))
write("nested.ckpt", {"epoch": 3, "loss": 0.5, "note": "größe", "model": net.state_dict(), "optimizer": optimizer.state_dict()})
write("one.pt", torch.arange(5))
write("scalar.pt", torch.tensor(2.5))
write("empty.pt", {"none": torch.empty(0, 3), "nothing": {}})
write("list.pt", [torch.ones(2), (torch.zeros(3), {"deep": torch.ones(1)})])
whole = torch.arange(24.0).reshape(4, 6)
views = {"whole": whole, "row": whole[1], "column": whole[:, 2], "turned": whole.t(), "wide": torch.ones(1).expand(5)}
views["tied"] = views["whole"]
write("views.pt", views)
write("sparse.pt", {"coo": torch.eye(3).to_sparse(), "csr": torch.eye(4).to_sparse_csr(), "csc": torch.eye(4).to_sparse_csc()})
quantised = {
    "tensor": torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8),
    "channel": torch.quantize_per_channel(torch.ones(2, 3), torch.tensor([0.1, 0.2]), torch.tensor([0, 0]), 0, torch.quint8),
}
write("quantised.pt", quantised)
attributes = torch.nn.Parameter(torch.ones(2))
attributes.note = "kept"
plain = torch.ones(3)
plain.note = 5
special = {"parameter": attributes, "tensor": plain, "buffer": torch.nn.Buffer(torch.ones(3)), "conj": torch.ones(2, dtype=torch.complex64).conj()}
write("special.pt", special)
write("meta.pt", {"meta": torch.empty(3, 4, device="meta")})
write("arrays.pt", {"array": numpy.arange(6).reshape(2, 3), "number": numpy.float64(3), "tensor": torch.ones(2)}, tensors=lambda loaded: [
    ("array", torch.from_numpy(loaded["array"])), ("tensor", loaded["tensor"])])
SAID["arrays.pt"]["tensors"][0]["place"] = None
write("many.pt", collections.OrderedDict((f"layers.{index}.weight", torch.full((3, 5), float(index))) for index in range(300)))
for protocol in range(1, 6):
    write(f"protocol{protocol}.pt", {"model": net.state_dict(), "step": 7}, pickle_protocol=protocol)

legacy = {"_use_new_zipfile_serialization": False}
write("legacy.pth", net.state_dict(), **legacy)
write("legacy_nested.pth", {"epoch": 3, "model": net.state_dict(), "optimizer": optimizer.state_dict()}, **legacy)
# Types that came later have no storage of their own; PyTorch writes them so too, and can't read them then.
typed = {name: value for name, value in every.items() if name[:5] not in {"uint1", "uint3", "uint6", "float8"[:5]} or name in {"float32", "float64", "float16"}}
write("legacy_elements.pth", {name: value for name, value in typed.items() if name != "complex32"}, **legacy)
write("legacy_views.pth", views, **legacy)
write("legacy_quantised.pth", quantised, **legacy)
for protocol in range(1, 6):
    write(f"legacy{protocol}.pth", net.state_dict(), pickle_protocol=protocol, **legacy)

write("module.pt", net, verdict="Dangerous", tensors=lambda loaded: loaded.state_dict().items())
write("module.pth", net, verdict="Dangerous", tensors=lambda loaded: loaded.state_dict().items(), **legacy)

script = torch.jit.script(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2)))
script.save(str(FOLDER / "script.pt"))
SAID["script.pt"] = {"verdict": "Dangerous", "tensors": told(torch.jit.load(FOLDER / "script.pt").state_dict().items())}

with open(FOLDER / "pickled.pkl", "wb") as file:
    pickle.dump(net.state_dict(), file)
SAID["pickled.pkl"] = {"verdict": "Dangerous", "tensors": [dict(tensor, place=None, element="unknown") for tensor in told(net.state_dict().items())]}


def tar(name, tensors):
    """The layout of before 0.1.10, which PyTorch still reads and no longer writes."""

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return 100 + list(tensors).index(value.name) if isinstance(value, Named) else None

    class Named:
        def __init__(self, name):
            self.name = name

    import io

    storages, parts, value = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pickle.dump(len(tensors), storages, 2)
    pickle.dump(len(tensors), parts, 2)
    for index, tensor in enumerate(tensors.values()):
        capital = tensor.type().removeprefix("torch.").removesuffix("Tensor")
        storages.write(pickle.dumps((index, "cpu", getattr(torch, f"{capital}Storage")), 2))
        flat = tensor.contiguous().flatten()
        storages.write(flat.numel().to_bytes(8, "little") + flat.numpy().tobytes())
        kind = f"ctorch\n{capital}Tensor\n".encode()
        number = lambda value: b"K" + bytes([value])
        parts.write(b"\x80\x02" + number(100 + index) + number(index) + kind + b"\x87.")
        parts.write(tensor.dim().to_bytes(8, "little"))
        for length in [*tensor.shape, *tensor.contiguous().stride(), 0]:
            parts.write(length.to_bytes(8, "little"))
    pickle.dump([], storages, 2)
    Pickler(value, 2).dump({name: Named(name) for name in tensors})
    system = pickle.dumps({"protocol_version": 1000, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, 2)
    with tarfile.open(FOLDER / name, "w:", format=tarfile.PAX_FORMAT) as archive:
        for member, content in [("sys_info", system), ("pickle", value.getvalue()), ("storages", storages.getvalue()), ("tensors", parts.getvalue())]:
            information = tarfile.TarInfo(member)
            information.size = len(content)
            archive.addfile(information, io.BytesIO(content))
    SAID[name] = {"verdict": "Sound", "tensors": told(named(torch.load(FOLDER / name, weights_only=False)))}


tar("first.tar", {"weight": torch.arange(6.0).reshape(2, 3), "bias": torch.arange(3), "half": torch.ones(2, dtype=torch.float64)})
(FOLDER / "said.json").write_text(json.dumps(SAID))
