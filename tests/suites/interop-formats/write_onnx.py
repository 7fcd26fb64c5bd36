"""Writes ONNX models into a folder, and prints what onnx finds in them and in all models that the package brings."""

import json
import sys
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = helper.make_opsetid("", 21)
NAMES = {
    "FLOAT": "F32", "UINT8": "U8", "INT8": "I8", "UINT16": "U16", "INT16": "I16", "INT32": "I32", "INT64": "I64",
    "STRING": "STRING", "BOOL": "BOOL", "FLOAT16": "F16", "DOUBLE": "F64", "UINT32": "U32", "UINT64": "U64",
    "COMPLEX64": "C64", "COMPLEX128": "C128", "BFLOAT16": "BF16", "FLOAT8E4M3FN": "F8_E4M3",
    "FLOAT8E4M3FNUZ": "F8_E4M3FNUZ", "FLOAT8E5M2": "F8_E5M2", "FLOAT8E5M2FNUZ": "F8_E5M2FNUZ", "UINT4": "U4",
    "INT4": "I4", "FLOAT4E2M1": "F4", "FLOAT8E8M0": "F8_E8M0", "UINT2": "U2", "INT2": "I2",
    "FLOAT6E2M3": "F6_E2M3", "FLOAT6E3M2": "F6_E3M2",
}
KINDS = [kind for name, kind in TensorProto.DataType.items() if name != "UNDEFINED"]


def model(nodes, inputs, outputs, weights=(), functions=(), opsets=(OPSET,), **more):
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializer=list(weights), **more)
    return helper.make_model(graph, opset_imports=list(opsets), functions=list(functions), producer_name="suite")


def types():
    """A weight, an input and an output of each type, stored raw and not."""
    weights, inputs, outputs = [], [], []
    for kind in KINDS:
        name = TensorProto.DataType.Name(kind)
        inputs.append(helper.make_tensor_value_info(f"in.{name}", kind, ["batch", 3, None]))
        outputs.append(helper.make_tensor_value_info(f"out.{name}", kind, None if kind % 2 else []))
        if kind == TensorProto.STRING:
            weights.append(helper.make_tensor(f"typed.{name}", kind, [2], [b"a", b"bc"]))
            continue
        weights.append(helper.make_tensor(f"typed.{name}", kind, [3, 5], [1] * 15))
        zeros = numpy.zeros([3, 5], helper.tensor_dtype_to_np_dtype(kind))
        weights.append(numpy_helper.from_array(zeros, f"raw.{name}"))
    weights.append(numpy_helper.from_array(numpy.zeros([], "f4"), "scalar"))
    weights.append(numpy_helper.from_array(numpy.zeros([0, 4], "f4"), "empty"))
    # A weight that is listed among the inputs, as old models do.
    inputs.append(helper.make_tensor_value_info("scalar", TensorProto.FLOAT, []))
    return model([], inputs, outputs, weights)


def kinds():
    """Inputs and outputs that are no plain tensors, and a sparse weight."""
    tensor = helper.make_tensor_type_proto(TensorProto.INT64, ["n"])
    made = [
        helper.make_value_info("sequence", helper.make_sequence_type_proto(tensor)),
        helper.make_value_info("optional", helper.make_optional_type_proto(helper.make_sequence_type_proto(tensor))),
        helper.make_value_info("map", helper.make_map_type_proto(TensorProto.STRING, tensor)),
        helper.make_value_info("sparse", helper.make_sparse_tensor_type_proto(TensorProto.FLOAT, [5, "m"])),
        onnx.ValueInfoProto(name="nothing"),
    ]
    values = numpy_helper.from_array(numpy.ones([2], "f4"), "lonely")
    indices = numpy_helper.from_array(numpy.array([1, 7]), "indices")
    sparse = helper.make_sparse_tensor(values, indices, [3, 4])
    return model([], made, made[:2], sparse_initializer=[sparse])


def branches():
    """Graphs within nodes, functions, operators of several domains, and metadata."""
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    inner = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "inner", [], [y])
    body = helper.make_graph(
        [helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)], "body", [], [y]
    )
    nodes = [
        helper.make_node("Loop", ["m", "c"], ["y"], body=body),
        helper.make_node("Twice", ["x"], ["z"], domain="own"),
        helper.make_node("FusedGelu", ["x"], ["w"], domain="com.microsoft"),
        # A large constant within a node.
        helper.make_node("Constant", [], ["k"], value=numpy_helper.from_array(numpy.zeros(300_000, "f4"))),
    ]
    twice = helper.make_function(
        "own", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], [OPSET]
    )
    sets = [OPSET, helper.make_opsetid("own", 1), helper.make_opsetid("com.microsoft", 1)]
    made = model(nodes, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["a"])], [y], (), [twice], sets)
    helper.set_model_props(made, {"labels": "x" * 50_000, "author": "ada"})
    made.doc_string, made.domain, made.model_version = "d" * 200_000, "test", -3
    return made


def large():
    """Weights between the operators and the outputs, some with metadata behind them."""
    nodes = [helper.make_node("Relu", [f"x{index}"], [f"x{index + 1}"]) for index in range(3000)]
    weights = [numpy_helper.from_array(numpy.ones(length, "f4"), f"w{length}") for length in (10, 100_000, 7, 200_000)]
    return model(nodes, [], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])], weights)


def write(folder):
    for make in (types, kinds, branches, large):
        (folder / f"{make.__name__}.onnx").write_bytes(make().SerializeToString())
    onnx.save_model(
        large(), folder / "external.onnx", save_as_external_data=True, location="weights.bin", size_threshold=1000
    )


def shape_of(tensor):
    if not tensor.HasField("shape"):
        return None
    # Some exporters write -1 where they mean that any length will do.
    lengths = {
        "dim_value": lambda d: d.dim_value if d.dim_value >= 0 else None,
        "dim_param": lambda d: d.dim_param,
        None: lambda d: None,
    }
    return [lengths[length.WhichOneof("value")](length) for length in tensor.shape.dim]


def innermost(kind):
    """The type of the elements, however deep they lie."""
    which = kind.WhichOneof("value")
    if which is None:
        return None
    value = getattr(kind, which)
    if which in ("tensor_type", "sparse_tensor_type"):
        return element(value.elem_type)
    return innermost(value.value_type if which == "map_type" else value.elem_type)


def element(number):
    name = TensorProto.DataType.Name(number)
    return None if name == "UNDEFINED" else NAMES[name]


def port(value):
    which = value.type.WhichOneof("value")
    tensor = which in ("tensor_type", "sparse_tensor_type")
    return {
        "name": value.name,
        "kind": which and which.removesuffix("_type"),
        "element": innermost(value.type),
        "shape": shape_of(getattr(value.type, which)) if tensor else None,
    }


def weight(tensor):
    external = {entry.key: entry.value for entry in tensor.external_data}
    return {
        "name": tensor.name,
        "element": element(tensor.data_type),
        "shape": list(tensor.dims),
        "raw": len(tensor.raw_data) if tensor.HasField("raw_data") else None,
        "file": external.get("location"),
        "start": int(external.get("offset", 0)) if external else None,
        "length": int(external["length"]) if external else None,
    }


def sparse(tensor):
    found = weight(tensor.values)
    return {**found, "shape": list(tensor.dims), "raw": None}


def count(nodes, uses, nested):
    for node in nodes:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            nested.append({**weight(node.attribute[0].t), "name": node.output[0]})
        name = node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"
        uses[name] = uses.get(name, 0) + 1
        for attribute in node.attribute:
            for graph in [attribute.g, *attribute.graphs]:
                count(graph.node, uses, nested)
                nested += [weight(tensor) for tensor in graph.initializer]


def described(path):
    model = onnx.load(path, load_external_data=False)
    # Constants and the weights of graphs in nodes come last.
    graph, uses, nested = model.graph, {}, []
    count(graph.node, uses, nested)
    for function in model.functions:
        count(function.node, uses, nested)
    weights = [weight(tensor) for tensor in graph.initializer] + [sparse(each) for each in graph.sparse_initializer]
    names = {each["name"] for each in weights}
    return {
        "version": model.ir_version,
        "producer": model.producer_name,
        "graph": graph.name,
        "inputs": [port(value) for value in graph.input if value.name not in names],
        "outputs": [port(value) for value in graph.output],
        "sets": {each.domain or "ai.onnx": each.version for each in model.opset_import},
        "uses": uses,
        "tensors": weights + nested,
        "functions": len(model.functions),
        "properties": {each.key: each.value for each in model.metadata_props},
    }


folder = Path(sys.argv[1])
write(folder)
found = sorted(folder.glob("*.onnx")) + sorted(Path(onnx.__file__).parent.rglob("*.onnx"))
print(json.dumps({str(path): described(path) for path in found}))
