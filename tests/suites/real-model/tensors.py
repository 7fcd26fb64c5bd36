"""Prints names, dtypes and shapes of a safetensors file as the reference reader sees them: tensors.py FILE."""

import json
import math
import sys

from safetensors import safe_open

tensors = []
with safe_open(sys.argv[1], framework="numpy") as weights:
    for name in weights.keys():
        tensor = weights.get_slice(name)
        tensors.append({"name": name, "dtype": tensor.get_dtype(), "shape": tensor.get_shape()})
total = sum(math.prod(tensor["shape"]) for tensor in tensors)
print(json.dumps({"tensors": tensors, "parameters": {"total": total}}))
