"""The media worker: encoded RTP in, encoded RTP out, one UDP port, one operating-system process."""

import os
import sys

from signaling.sfu import compiled

COMPILED, WHY_NOT = compiled.take(os.environ, __path__, sys.path)
"""Whether the hot modules are machine code (``make compiled``); if not although it was asked for, why."""
