"""Asks for a file that a model lacks, which leaves a mark in the cache: absent.py ID PATH."""

import sys

from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError

repo, path = sys.argv[1:]
try:
    hf_hub_download(repo, path)
except EntryNotFoundError:
    sys.exit(0)
sys.exit("the file was found")
