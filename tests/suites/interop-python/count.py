"""Counts the parameters of a model by its headers: count.py ID. Prints JSON, a number for each dtype."""

import json
import sys

from huggingface_hub import get_safetensors_metadata

print(json.dumps(get_safetensors_metadata(sys.argv[1]).parameter_count))
