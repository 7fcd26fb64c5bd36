"""Counts what a repository's tree lists: tree.py KIND ID."""

import sys

from huggingface_hub import HfApi

kind, repo = sys.argv[1:]
print(len(list(HfApi().list_repo_tree(repo, repo_type=kind, recursive=True))))
