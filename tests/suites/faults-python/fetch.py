"""Fetches one file of a repository, and prints as one line of JSON how that ended."""

import json
import sys

from huggingface_hub import hf_hub_download

try:
    print(json.dumps({"path": hf_hub_download(*sys.argv[1:])}))
except Exception as error:
    print(json.dumps({"error": type(error).__name__}))
