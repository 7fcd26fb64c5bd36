"""The served repositories as plain files, to compare with; and the command `hf`."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(os.environ["PLAIN"])
MODEL = ROOT / "models/lab/tiny"
DATASET = ROOT / "datasets/lab/words"


def files(folder):
    """Every file below a folder: its path with slashes, and its bytes."""
    folder = Path(folder)
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def hf(*arguments, code=0):
    """Runs `hf` with these arguments, insists on the exit code, and returns what it printed: all, if it is to fail."""
    program = Path(sys.executable).with_name("hf")
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    assert done.returncode == code, f"hf {arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip() if code == 0 else done.stdout + done.stderr


def asked(wanted, count=1):
    """The requests of this check that are wanted, once there are so many: a server writes one down when it is answered."""
    until = time.monotonic() + 10
    while True:
        found = [each for each in _requests() if wanted(each)]
        if len(found) >= count:
            return found
        assert time.monotonic() < until, f"{len(found)} requests instead of {count}: {_requests()}"
        time.sleep(0.05)


def _requests():
    own = f"origin/{os.environ['HF_HUB_USER_AGENT_ORIGIN']}"
    with open(os.environ["ACCESS_LOG"], encoding="utf-8") as log:
        found = [json.loads(line) for line in log]
    return [each for each in found if own in (each["user_agent"] or "")]


def raises(kind, call, *arguments, **named):
    """Insists on an error of exactly this class, and returns it."""
    try:
        result = call(*arguments, **named)
    except Exception as error:
        assert type(error) is kind, f"{type(error).__name__} instead of {kind.__name__}: {error}"
        return error
    raise AssertionError(f"no {kind.__name__}, but {result!r}")
