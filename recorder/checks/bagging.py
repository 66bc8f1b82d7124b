"""Is every file in the bag the one that the manifests list, and are the manifests the ones that were sealed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recorder import bag
from recorder.checks.opened import Opened, rows
from recorder.layout import CATALOGUE, FORMAT, SEAL_NAME
from recorder.sentences import Failure, Sentence
from recorder.trust import Stamp, Trust, Untrusted, check_detached, check_stamp


def check_order(names: Sequence[str]) -> Sentence:
    """``names`` as they follow each other in the container, without the bag's folder. Raises Failure."""
    payload = [name for name in names if name.startswith(bag.PAYLOAD)]
    for name in payload:
        try:
            bag.check_path(name.removeprefix(bag.PAYLOAD))
        except bag.BadPath as error:
            raise Failure(f"容器中有不允许的路径 {name!r}。", f"A path is not permitted: {error}.") from error
    missing = [name for name in bag.TAG_FILES if name not in names]
    if missing:
        raise Failure(f"缺少 {missing[0]}。", f"{missing[0]} is missing.")
    extra = [name for name in names if not name.startswith(bag.PAYLOAD) and name not in bag.TAG_FILES]
    if extra:
        raise Failure(f"多出文件 {extra[0]!r}。", f"{extra[0]!r} does not belong there.")
    expected = bag.order(payload)
    for found, wanted in zip(names, expected, strict=True):
        if found != wanted:
            raise Failure(f"容器中的次序被改动：{found}。", f"The order of files was changed at {found}.")
    return Sentence(f"容器完整，共 {len(names)} 个文件。", f"The container is intact; it has {len(names)} files.")


def check_manifests(dossier: Opened) -> Sentence:
    """Every payload and tag file against its manifest, both ways. Raises Failure naming the file."""
    payload = [name for name in dossier.members if name.startswith(bag.PAYLOAD)]
    for algorithm in ("sha256", "sha512"):
        _compare(dossier, f"manifest-{algorithm}.txt", payload, algorithm)
    if dossier.read_tag("bagit.txt") != bag.DECLARATION:
        raise Failure("bagit.txt 被改动。", "bagit.txt has been changed.")
    for algorithm in ("sha256", "sha512"):
        _compare(dossier, f"tagmanifest-{algorithm}.txt", bag.LISTED_TAG_FILES, algorithm)
    size = sum(dossier.members[name].size for name in payload)
    return Sentence(
        f"{len(payload)} 个文件（{size} 字节）与 SHA-256、SHA-512 清单一致。",
        f"{len(payload)} files ({size} bytes) fit their SHA-256 and SHA-512 manifests.",
    )


def check_seal(dossier: Opened, trust: Trust) -> tuple[Sentence, Stamp]:
    """The organisation's signature over the tag manifest, and the time-stamp over it. Raises Failure."""
    signature = dossier.read_tag(bag.SIGNATURE)
    try:
        stamp = check_stamp(dossier.read_tag(bag.STAMP), signature, trust)
    except Untrusted as error:
        said = error.sentence
        raise Failure(f"{bag.STAMP}：{said.zh}", f"{bag.STAMP}: {said.en}") from error
    try:
        name = check_detached(signature, dossier.read_tag(bag.TAG_MANIFEST), trust, stamp.at)
    except Untrusted as error:
        said = error.sentence
        raise Failure(f"{bag.SIGNATURE}：{said.zh}", f"{bag.SIGNATURE}: {said.en}") from error
    if name != SEAL_NAME:
        raise Failure(
            f"{bag.SIGNATURE}：由{name}签署，不是调解组织的印章。",
            f"{bag.SIGNATURE}: {name} signed it, which is not the organisation's seal.",
        )
    at = stamp.at.isoformat()
    return Sentence(
        f"清单由调解组织印章签署，时间戳 {at}。", f"The organisation sealed the manifests; time-stamp {at}."
    ), stamp


def check_catalogue(dossier: Opened) -> Sentence:
    """The catalogue names every other payload file with its digest and size. Raises Failure."""
    if dossier.catalogue.get("format") != FORMAT:
        raise Failure("卷内目录的格式不认识。", "The catalogue has an unknown format.")
    listed = {row.get("path"): row for row in rows(dossier.catalogue.get("files"))}
    present = {
        name.removeprefix(bag.PAYLOAD): member
        for name, member in dossier.members.items()
        if name.startswith(bag.PAYLOAD) and name != bag.PAYLOAD + CATALOGUE
    }
    for path in sorted({str(path) for path in listed} ^ set(present)):
        raise Failure(f"卷内目录与文件不一致：{path}。", f"The catalogue and the files differ: {path}.")
    for path, member in present.items():
        row: Mapping[str, object] = listed[path]
        if (row.get("sha256"), row.get("size")) != (member.sha256, member.size):
            raise Failure(f"{path} 与卷内目录不符。", f"{path} does not fit the catalogue.")
    return Sentence(f"卷内目录列明全部 {len(present)} 个文件。", f"The catalogue lists all {len(present)} files.")


def _compare(dossier: Opened, manifest: str, names: Sequence[str], algorithm: str) -> None:
    text = dossier.read_tag(manifest)
    expected = bag.manifest(dossier.members, names, algorithm).encode()
    if text == expected:
        return
    found, wanted = text.split(b"\n"), expected.split(b"\n")
    for line in wanted:
        if line not in found:
            name = line.partition(b"  ")[2].decode()
            raise Failure(
                f"{name} 与 {manifest} 不符（文件或者清单被改动）。",
                f"{name} does not fit {manifest}: the file or the manifest has been changed.",
            )
    raise Failure(
        f"{manifest} 被改动或者列有不存在的文件。", f"{manifest} was changed or lists files that are not there."
    )
