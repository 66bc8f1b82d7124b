"""Compile the media worker's hot modules into build/compiled (``make compiled``).

Needs a C compiler and Python's headers.
The modules are listed in ``signaling.sfu.compiled``. Their sources stay as they are and remain the default.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = Path("build")
TARGET = BUILD / "compiled"


def main() -> None:
    """Build all of them anew."""
    from mypyc.build import mypycify
    from setuptools import Distribution

    from signaling.sfu.compiled import MANIFEST, MODULES, VARIABLE, manifest

    os.chdir(ROOT)
    shutil.rmtree(TARGET, ignore_errors=True)
    sources = [f"signaling/sfu/{name}.py" for name in MODULES]
    extensions = mypycify(
        ["--config-file", "pyproject.toml", "--follow-imports=silent", *sources],
        opt_level="3",
        debug_level="0",
        target_dir=str(BUILD / "compiled-c"),
        group_name="sfu",
    )
    command = Distribution({"name": "sfu", "ext_modules": extensions}).get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(TARGET), str(BUILD / "compiled-c")
    command.ensure_finalized()
    command.run()
    (TARGET / MANIFEST).write_text(json.dumps(manifest(), indent=1))
    print(f"{len(MODULES)} modules in {TARGET}. To use them: {VARIABLE}={TARGET.resolve()}")


if __name__ == "__main__":
    main()
