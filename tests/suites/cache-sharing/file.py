"""Asks for one file of a model and prints its path: file.py ID PATH REVISION."""

import sys

from huggingface_hub import hf_hub_download

repo, path, revision = sys.argv[1:]
print(hf_hub_download(repo, path, revision=revision))
