/** The checks of a phone: picture, microphone, loudspeaker, network. No picture and no word leaves it by them. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { type DeviceProblem, devicesReachable, insideAnApp, openDevices, watchDevices } from "../room/devices";
import type { Grade } from "../room/probe";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { Advised } from "./Advised";
import { deviceAdvice } from "./advice";
import { release } from "./checked";
import { Mark } from "./Mark";
import { watchLoudness } from "./meter";
import { Network } from "./Network";
import { Speaker } from "./Speaker";

export interface Found {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  microphoneProblem: DeviceProblem | null;
  cameraProblem: DeviceProblem | null;
}

/** What the person did and saw in the checks; null: not done yet. */
export interface Noticed {
  /** A voice reached the microphone. */
  heard: boolean;
  /** The two notes were heard. */
  speaker: boolean | null;
  network: Grade | "unknown" | null;
}

export const NOTHING_NOTICED: Noticed = { heard: false, speaker: null, network: null };

interface Devices {
  /** Null as long as the phone asks whether it may. */
  found: Found | null;
  again: () => void;
  /** The tracks go on to the room instead of being let go. */
  handOver: () => MediaStreamTrack[];
}

/** The microphone and, when it is wanted, the camera, for as long as the page is shown. */
export function useDevices(withPicture: boolean): Devices {
  const [found, setFound] = useState<Found | null>(null);
  const [tries, setTries] = useState(0);
  const handedOver = useRef(false);
  useEffect(() => {
    let current = true;
    let tracks: MediaStreamTrack[] = [];
    handedOver.current = false;
    setFound(null);
    openDevices(withPicture).then((devices) => {
      tracks = [devices.microphone, devices.camera].filter((one) => one !== null);
      if (current) setFound(devices);
      else release(tracks);
    });
    return () => {
      current = false;
      if (!handedOver.current) release(tracks);
    };
  }, [withPicture, tries]);
  // What was missing may just have been plugged in.
  const missing = found?.microphoneProblem === "absent" || found?.cameraProblem === "absent";
  useEffect(() => (missing ? watchDevices(() => setTries((count) => count + 1)) : undefined), [missing]);
  return {
    found,
    again: () => setTries((count) => count + 1),
    handOver: () => {
      handedOver.current = true;
      return [found?.microphone, found?.camera].filter((one) => one !== null && one !== undefined);
    },
  };
}

/** Whether this browser cannot give a picture at all, so that another one has to be opened. */
export function pictureOutOfReach(found: Found | null): boolean {
  return !devicesReachable() || (insideAnApp() !== null && found?.cameraProblem === "denied");
}

/** Whether everything that is wanted was opened. */
export function isFine(found: Found, withPicture: boolean): boolean {
  return found.microphone !== null && (found.camera !== null || !withPicture);
}

interface Props {
  /** Of the link: the right to try the network. */
  secret: string;
  devices: Devices;
  withPicture: boolean;
  onNoticed?: (what: Partial<Noticed>) => void;
}

export function Checks({ secret, devices, withPicture, onNoticed }: Props) {
  const { found, again } = devices;
  return (
    <>
      <Problems found={found} withPicture={withPicture} onAgain={again} />
      {withPicture && <OwnPicture found={found} />}
      <section class="card card--flush">
        <ul class="list">
          <Microphone found={found} onHeard={() => onNoticed?.({ heard: true })} />
          <Speaker onHeard={(speaker) => onNoticed?.({ speaker })} />
          <Network secret={secret} onGrade={(network) => onNoticed?.({ network })} />
        </ul>
      </section>
    </>
  );
}

function OwnPicture({ found }: { found: Found | null }) {
  const element = useRef<HTMLVideoElement>(null);
  const camera = found?.camera ?? null;
  useEffect(() => {
    if (element.current) element.current.srcObject = camera ? new MediaStream([camera]) : null;
  }, [camera]);
  return (
    <div class="tile precheck__picture" data-theme="stage">
      {camera && <video ref={element} class="tile__video tile__video--mirrored" autoplay muted playsInline />}
      {!camera && (
        <span class="tile__absent">
          <Icon name={found ? "cam-off" : "cam"} large />
          <span>{t(noPicture(found))}</span>
        </span>
      )}
      <span class="tile__name">{t("precheck.yourPicture")}</span>
      {camera && (
        <span class="tile__top">
          <span class="pill">
            <Icon name="check" />
            {t("precheck.cameraFine")}
          </span>
        </span>
      )}
    </div>
  );
}

function noPicture(found: Found | null) {
  if (!found) return "precheck.allow" as const;
  return found.cameraProblem === "absent" ? ("tile.trouble.camera.absent" as const) : ("precheck.noPicture" as const);
}

const BARS = 20;
const AUDIBLE = 0.25;

function Microphone({ found, onHeard }: { found: Found | null; onHeard: () => void }) {
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(false);
  const track = found?.microphone ?? null;
  useEffect(() => {
    if (!track) {
      setLevel(0);
      return;
    }
    return watchLoudness(track, (loudness) => {
      setLevel(loudness);
      if (loudness <= AUDIBLE) return;
      setHeard(true);
      onHeard();
    });
  }, [track]);
  const word = !found
    ? "precheck.micWaiting"
    : !track
      ? found.microphoneProblem === "absent"
        ? "precheck.micAbsent"
        : "precheck.micNone"
      : heard
        ? "precheck.micHeard"
        : "precheck.micSilent";
  return (
    <li class="list__top">
      <Mark tone={track && heard ? "ok" : found && !track ? "warn" : null} icon={track ? "mic" : "mic-off"} />
      <div class="grow">
        <p class="strong" role="status">
          {t(word)}
        </p>
        {(track || !found) && (
          <>
            <p class="meta">{t("precheck.micHint")}</p>
            <div class="meter" aria-hidden="true">
              {Array.from({ length: BARS }, (_, index) => (
                <i key={index} data-on={index < level * BARS ? "" : undefined} />
              ))}
            </div>
          </>
        )}
      </div>
    </li>
  );
}

function Problems({ found, withPicture, onAgain }: { found: Found | null; withPicture: boolean; onAgain: () => void }) {
  const all = found ? deviceAdvice(found, withPicture) : [];
  if (all.length === 0) return null;
  return (
    <Note tone="warn" alert testId="device-problems">
      <div class="stack stack--2">
        {all.map((one) => (
          <Advised key={one.todo} advice={one} />
        ))}
        <Button icon="replay" onClick={onAgain}>
          {t("common.again")}
        </Button>
      </div>
    </Note>
  );
}
