"""Runs one check of a topic: ask.py TOPIC CHECK. A check is a function; it fails by an exception."""

import importlib
import sys

topic, check = sys.argv[1:]
getattr(importlib.import_module(topic), check)()
