"""The end of a transport at the media worker, which somebody may have to be sure of."""

from __future__ import annotations

import structlog

from signaling.errors import ErrorCode, SignalingError
from signaling.ids import TransportId
from signaling.policy import MediaPort

log = structlog.get_logger(__name__)


async def close_for_certain(media: MediaPort, transport_id: TransportId) -> bool:
    """Close a transport; whether it has ended for certain: the worker said so, or is itself gone."""
    if not media.ready:
        return True
    try:
        await media.close_transport(transport_id)
    except SignalingError as error:
        return error.code is ErrorCode.NOT_FOUND or not media.ready  # it ended before, or with the whole worker
    except Exception:
        log.exception("a transport was not closed", transport=transport_id)
        return not media.ready
    return True
