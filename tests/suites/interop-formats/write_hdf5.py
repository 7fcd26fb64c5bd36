"""Writes HDF5 files with every superblock into a folder, and prints what h5py says of them."""

import json
import sys
from pathlib import Path

import h5py

folder = Path(sys.argv[1])
all = {}
for number, (options, place) in enumerate(
    (options, place)
    for options in ({"libver": "earliest"}, {"libver": "latest"}, {"libver": ("v108", "v108")})
    for place in (0, 512, 1024, 4096)
):
    path = folder / f"{number}.h5"
    with h5py.File(path, "w", userblock_size=place, **options) as file:
        file["layer/kernel"] = [1.0] * 1000
        file.attrs["keras_version"] = "2.15"
    with h5py.File(path) as file:
        plist = file.id.get_create_plist()
        all[path.name] = {"version": plist.get_version()[0], "place": plist.get_userblock(), "size": path.stat().st_size}
print(json.dumps(all))
