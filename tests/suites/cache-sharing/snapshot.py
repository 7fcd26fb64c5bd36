"""Asks for a whole repository and prints its folder: snapshot.py KIND ID."""

import sys

from huggingface_hub import snapshot_download

kind, repo = sys.argv[1:]
print(snapshot_download(repo, repo_type=kind))
