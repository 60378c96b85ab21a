"""The peers' own Python environment, `.venv-peers`, made at first use and again when what is locked changes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / ".venv-peers"
_LOCK = Path(__file__).parent / "requirements.lock"
_STAMP = FOLDER / "locked"


def python() -> Path:
    """Return the interpreter that has the peers, installed first where they are not: minutes, and some gigabytes.

    Raises:
        SystemExit: they cannot be installed; the installer has said why.
    """
    interpreter = FOLDER / "bin" / "python"
    wanted = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if not _STAMP.exists() or _STAMP.read_text() != wanted:
        print(f"Installing the peers into {FOLDER.name}, a few minutes the first time ...", file=sys.stderr)
        for command in _commands(interpreter):
            if subprocess.run(command, cwd=ROOT).returncode != 0:
                raise SystemExit("The peers could not be installed.")
        _STAMP.write_text(wanted)
    return interpreter


def _commands(interpreter: Path) -> list[list[str]]:
    """Return what makes the environment: by uv where it is there, as it is ten times quicker, else by venv and pip."""
    uv = shutil.which("uv")
    if uv is not None:
        return [
            [uv, "venv", "-q", "--allow-existing", "--python", sys.executable, str(FOLDER)],
            [uv, "pip", "install", "-q", "--link-mode", "copy", "--python", str(interpreter), "-r", str(_LOCK)],
        ]
    return [
        [sys.executable, "-m", "venv", str(FOLDER)],
        [str(interpreter), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-r", str(_LOCK)],
    ]
