"""The note in a dossier that tells a stranger how to check it, in Chinese and English."""

from __future__ import annotations

_TEXT = """\
调解电子卷宗  {case_no}
{organisation}

一、用我们的命令核验（不联网，不需要我们的服务器）
    python -m recorder.verify 案卷.zip
    python -m recorder.verify 案卷.zip --trust-root root.pem --json
  命令会写明它信任的根证书指纹。请与调解组织在别处公布的指纹比对；只信任包内的根证书，不能证明是谁制作的。

二、用独立工具核验
    unzip 案卷.zip
    bagit.py --validate dossier                                （PyPI 软件包 bagit）
    cd dossier
    openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s \\
        -content tagmanifest-sha256.txt -CAfile data/trust/root.pem -purpose any -out /dev/null
    openssl ts -verify -token_in -in tagmanifest-sha256.txt.p7s.tst \\
        -data tagmanifest-sha256.txt.p7s -CAfile data/trust/tsa-roots.pem
    openssl ts -verify -token_in -in data/log/checkpoint.tst \\
        -data data/log/checkpoint -CAfile data/trust/tsa-roots.pem
    pdfsig 协议书.pdf                                           （poppler-utils）
  日志 data/log/events.jsonl 每行是一条记录；后一行的 previous 等于前一行（不含换行）的 SHA-256。
  data/log/checkpoint 是 C2SP 校验点，其根为各行的 RFC 6962 Merkle 根。
{time_zh}
三、目录
  data/catalogue.json 是卷内目录：全部文件、录音录像、中断和未纳入的内容。

----------------------------------------------------------------------------------------------------
Mediation dossier  {case_no}

1. Check it with our command (no network, none of our servers): see the commands above. The command says which root
   certificate it trusted. Compare that fingerprint with the one that the organisation publishes elsewhere: the root in
   this file alone does not prove who made it.
2. Check it with independent tools: unzip, bagit, openssl, pdfsig as above. In data/log/events.jsonl every line names
   the SHA-256 of the line before it (without its line break) as "previous"; data/log/checkpoint is a C2SP checkpoint
   over the RFC 6962 Merkle root of the lines.
{time_en}
3. data/catalogue.json lists all files, recordings, gaps and what was withheld.
"""

_DEVELOPMENT_ZH = "  注意：本卷宗的时间戳是开发用时间戳，由调解组织自己的系统签发，不是第三方时间证明。"
_DEVELOPMENT_EN = """\
   Note: the time-stamps in this dossier are DEVELOPMENT time-stamps. The organisation's own system issued them; they
   are not a third party's proof of time."""


def readme(case_no: str, organisation: str, development: bool) -> str:
    """The text; ``development``: whether the time-stamps are only our own."""
    zh, en = (_DEVELOPMENT_ZH, _DEVELOPMENT_EN) if development else ("", "")
    return _TEXT.format(case_no=case_no, organisation=organisation, time_zh=zh, time_en=en)
