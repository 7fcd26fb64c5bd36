"""Writes arrays of every type into a folder, and prints what numpy finds in them."""

import json
import sys
from pathlib import Path

import numpy
from numpy.lib import _format_impl, format

folder = Path(sys.argv[1])
PLAIN = "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 f16 c8 c16 U3 S4 V6 M8[ns] m8[D]".split()
TYPES = {f"{order}{kind}": numpy.dtype(order + kind) for kind in PLAIN for order in "<>"}
TYPES["fields"] = numpy.dtype([("a", "<f4"), ("b", ">i8", (2, 3)), ("c", [("d", "S3"), ("\u00e9", "?")])])
TYPES["titled"] = numpy.dtype([(("a title", "name"), "<u2"), ("plain", "<f8")])
TYPES["aligned"] = numpy.dtype([("a", "u1"), ("b", "<f8")], align=True)
TYPES["quoted"] = numpy.dtype([("it's", "<f4"), ('"both\'', "<f4"), ("line\nbreak", "<f4")])
TYPES["object"] = numpy.dtype("O")
TYPES["holder"] = numpy.dtype([("a", "<f4"), ("b", "O")])

all = {}
for index, (name, dtype) in enumerate(TYPES.items()):
    shape = [(), (5,), (2, 3), (4, 1, 2), (0, 7)][index % 5]
    array = numpy.zeros(shape, dtype)
    for order in "CF":
        version = [(1, 0), (2, 0), (3, 0)][index % 3] if name.isascii() and dtype.names is None else None
        path = folder / f"{index}-{order}.npy"
        with path.open("wb") as file:
            format.write_array(file, numpy.asarray(array, order=order), version=version)
        with path.open("rb") as file:
            version = format.read_magic(file)
            # The public readers know the first two versions only.
            shape, fortran, found = _format_impl._read_array_header(file, version, max_header_size=10**6)
            start = file.tell()
        all[path.name] = {
            "version": "{}.{}".format(*version),
            "shape": list(shape),
            "fortran": bool(fortran),
            "objects": found.hasobject,
            "start": start,
            "bytes": None if found.hasobject else found.itemsize * array.size,
        }
print(json.dumps(all))
