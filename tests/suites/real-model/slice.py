"""A part of a tensor as the reference reads it, as numpy writes it: slice.py FILE TENSOR PART OUT."""

import sys

import numpy as np
from safetensors import safe_open

file, tensor, part, out = sys.argv[1:]
with safe_open(file, "np") as weights:
    np.save(out, np.ascontiguousarray(eval(f"array[{part}]", {"array": weights.get_tensor(tensor)})))
