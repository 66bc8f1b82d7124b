import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { type DeviceProblem, openCamera, openMicrophone, problemOf } from "../room/devices";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Seal } from "../ui/Seal";
import type { SessionDetail } from "./api";
import type { OwnDevices } from "./desk";

/** How long entering waits for devices that the browser is still opening, in milliseconds. */
const PATIENCE = 4000;

interface Found {
  camera: MediaStreamTrack | DeviceProblem | null;
  microphone: MediaStreamTrack | DeviceProblem | null;
}

function isTrack(found: Found["camera"]): found is MediaStreamTrack {
  return found !== null && typeof found !== "string";
}

/** See oneself before the others do. Entering is possible without any device. */
export function Precheck({
  detail,
  onEnter,
}: {
  detail: SessionDetail;
  /** Whether the devices were taken over. */
  onEnter: (devices: OwnDevices) => Promise<boolean>;
}) {
  const [found, setFound] = useState<Found>({ camera: null, microphone: null });
  const [busy, setBusy] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const handedOver = useRef(false);
  const latest = useRef<Found>({ camera: null, microphone: null });
  const asking = useRef<Promise<unknown>>(Promise.resolve());

  useEffect(() => {
    let shown = true;
    const tracks: MediaStreamTrack[] = [];
    const note = (name: keyof Found, value: MediaStreamTrack | DeviceProblem) => {
      latest.current = { ...latest.current, [name]: value };
      setFound(latest.current);
    };
    const take = (name: keyof Found) => (track: MediaStreamTrack) => {
      tracks.push(track);
      if (shown) note(name, track);
      else track.stop();
    };
    const miss = (name: keyof Found) => (error: unknown) => {
      if (shown) note(name, problemOf(error));
    };
    asking.current = Promise.all([
      openCamera().then(take("camera"), miss("camera")),
      openMicrophone().then(take("microphone"), miss("microphone")),
    ]);
    return () => {
      shown = false;
      if (!handedOver.current) for (const track of tracks) track.stop();
    };
  }, []);

  useEffect(() => {
    if (video.current && isTrack(found.camera)) video.current.srcObject = new MediaStream([found.camera]);
  }, [found.camera]);

  const enter = async () => {
    setBusy(true);
    await Promise.race([asking.current, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    handedOver.current = true;
    const { camera, microphone } = latest.current;
    const tracks = [camera, microphone].filter(isTrack);
    handedOver.current = await onEnter({ microphone: isTrack(microphone), camera: isTrack(camera), tracks });
    setBusy(false);
  };

  return (
    <section class="own-check">
      <h1 class="h1">{t("staff.precheck")}</h1>
      <p class="meta">
        {detail.case_no}
        <i class="dot" />
        {detail.title}
      </p>
      <div class="tile own-check__picture" data-theme="stage">
        {isTrack(found.camera) ? (
          <video ref={video} class="tile__video tile__video--mirrored" muted autoplay playsInline />
        ) : (
          <p class="tile__absent">
            <Icon name="cam-off" large />
            {t("tile.cameraOff")}
          </p>
        )}
      </div>
      <ul class="card card--flush list list--tight">
        <DeviceLine word={t("staff.camera")} found={found.camera} />
        <DeviceLine word={t("staff.microphone")} found={found.microphone} />
        {detail.people
          .filter((person) => person.side !== "mediator")
          .map((person) => (
            <li key={person.participant_id}>
              <Seal side={person.side} />
              <span class="grow">{person.display_name}</span>
              <span class="badge badge--sm">
                {person.identity_checked_at ? t("staff.identityChecked") : t("staff.identityOpen")}
              </span>
            </li>
          ))}
      </ul>
      <Note tone="plain">{t("staff.precheckHint")}</Note>
      <Button look="primary" big block testId="console-enter" disabled={busy} onClick={() => void enter()}>
        {busy ? t("connection.connecting") : t("staff.enter")}
      </Button>
    </section>
  );
}

function DeviceLine({ word, found }: { word: string; found: Found["camera"] }) {
  const works = isTrack(found);
  return (
    <li>
      <span class={`mark mark--sm ${works ? "mark--ok" : found ? "mark--warn" : ""}`}>
        <Icon name={works ? "check" : found ? "alert" : "clock"} />
      </span>
      <span class="grow">{word}</span>
      <span class="tiny">
        {works ? t("staff.deviceWorks") : found ? t(`staff.device.${found}` as never) : t("staff.deviceAsking")}
      </span>
    </li>
  );
}
