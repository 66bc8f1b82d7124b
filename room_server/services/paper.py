"""The agreement's PDF: laid out at the freeze, one version more with each signature, closed by the seal.

All of this takes tens to hundreds of milliseconds of computing, so every function here runs in a thread.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from recorder import pdf
from recorder.pdf import AgreementText, MissingGlyph, PdfError, SignatureSlot, UnknownContent
from recorder.signing import SigningAct, close_with_seal, sign_field
from room_server.domain.agreement import Proposal
from room_server.domain.errors import Invalid
from room_server.rules.agreement_text import Json
from room_server.services.ports import Ports
from room_server.services.signers import paper_name
from room_server.store.agreements import Paper

TITLE = "调解协议书"


@dataclass(frozen=True, slots=True)
class PaperShop:
    """Makes the versions of a paper and keeps them in the blob store."""

    ports: Ports

    async def lay_out(self, proposal: Proposal, organisation: str, content: Json) -> Paper:
        """Version 0: the frozen text with empty fields.

        Raises:
            Invalid: ``text_unprintable``: something in the text cannot be put on paper, and ``reason`` says what.
        """
        text = AgreementText(
            title=TITLE,
            number=proposal.number,
            organisation=organisation,
            digest=proposal.digest,
            content=content,
            slots=[SignatureSlot(signer.field, signer.label_zh, paper_name(signer)) for signer in proposal.signers],
            frozen_at=proposal.frozen_at,
        )
        try:
            data = await asyncio.to_thread(lambda: pdf.prepare(pdf.render(text)))
        except (UnknownContent, MissingGlyph, PdfError) as error:
            raise Invalid("text_unprintable", reason=str(error)) from error
        return await self._keep(proposal.proposal_id, 0, data, proposal.frozen_at)

    async def sign(self, paper: Paper, act: SigningAct) -> Paper:
        """The next version, with one signature more."""
        ports = self.ports

        def work() -> bytes:
            return sign_field(ports.blobs.get(paper.key), act, ports.authority, ports.stamper)

        return await self._keep(paper.proposal_id, paper.version + 1, await asyncio.to_thread(work), act.signed_at)

    async def seal(self, paper: Paper, sealed_at: datetime) -> Paper:
        """The last version, with the organisation's seal (PAdES B-LTA, nothing may be added any more)."""
        ports = self.ports

        def work() -> bytes:
            return close_with_seal(ports.blobs.get(paper.key), sealed_at, ports.authority, ports.stamper)

        return await self._keep(paper.proposal_id, paper.version + 1, await asyncio.to_thread(work), sealed_at)

    async def read(self, paper: Paper) -> bytes:
        """The file."""
        return await asyncio.to_thread(self.ports.blobs.get, paper.key)

    async def _keep(self, proposal_id: str, version: int, data: bytes, at: datetime) -> Paper:
        # The digest is part of the key: an attempt that was cut off before its commit leaves a blob nobody names.
        digest = sha256(data).hexdigest()
        key = f"papers/{proposal_id}/{version:02}-{digest[:16]}.pdf"
        await asyncio.to_thread(self.ports.blobs.put, key, data)
        return Paper(proposal_id, version, key, digest, at)
