"""A link as a QR code that an old phone reads from a screen or from paper."""

from __future__ import annotations

from io import BytesIO

import segno

QUIET_ZONE = 4
"""Light modules on every side, as readers need them (ISO/IEC 18004)."""


def svg(text: str) -> bytes:
    """Black on white without a size of its own. A seventh of it may be damaged and it is still read (level M)."""
    drawn = BytesIO()
    code = segno.make_qr(text, error="m", boost_error=False)
    code.save(drawn, kind="svg", border=QUIET_ZONE, dark="#000000", light="#ffffff", xmldecl=False, omitsize=True)
    return drawn.getvalue()
