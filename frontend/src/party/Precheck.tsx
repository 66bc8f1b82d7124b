import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { type DeviceProblem, devicesReachable, insideAnApp, openDevices } from "../room/devices";
import { Button, LinkButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { type Checked, release } from "./checked";
import { Frame } from "./Frame";
import { Mark } from "./Mark";
import { watchLoudness } from "./meter";
import { Network } from "./Network";
import { Speaker } from "./Speaker";
import { WeChat } from "./WeChat";

interface Props {
  /** Of the link: the right to try the network. */
  secret: string;
  soundOnly: boolean;
  onChecked: (checked: Checked) => void;
}

interface Found {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  microphoneProblem: DeviceProblem | null;
  cameraProblem: DeviceProblem | null;
}

/** Before identity: does this phone show, hear, sound and get through? No picture and no word leaves it here. */
export function Precheck({ secret, soundOnly, onChecked }: Props) {
  const [found, setFound] = useState<Found | null>(null);
  const [withPicture, setWithPicture] = useState(!soundOnly);
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

  const proceed = () => {
    handedOver.current = true;
    const tracks = [found?.microphone, found?.camera].filter((one) => one !== null && one !== undefined);
    onChecked({ tracks, microphone: true, camera: withPicture, soundOnly: !withPicture });
  };

  const outOfReach =
    !devicesReachable() || (insideAnApp() !== null && found?.cameraProblem === "denied" && withPicture);
  if (outOfReach && withPicture) return <WeChat onSoundOnly={() => setWithPicture(false)} />;

  return (
    <Frame
      page="precheck"
      testId="precheck"
      step={1}
      stepName={t("precheck.step")}
      dock={
        <>
          <Button look="primary" big block testId="precheck-continue" onClick={proceed}>
            {t(proceedWord(found, withPicture))}
          </Button>
          {withPicture ? (
            <LinkButton icon="mic" testId="precheck-sound-only" onClick={() => setWithPicture(false)}>
              {t("precheck.soundOnly")}
            </LinkButton>
          ) : (
            <LinkButton icon="cam" onClick={() => setWithPicture(true)}>
              {t("precheck.withPicture")}
            </LinkButton>
          )}
        </>
      }
    >
      <h1 class="visually-hidden">{t("precheck.step")}</h1>
      <Problems found={found} withPicture={withPicture} onAgain={() => setTries((count) => count + 1)} />
      {withPicture && <OwnPicture found={found} />}
      <section class="card card--flush">
        <ul class="list">
          <Microphone found={found} />
          <Speaker />
          <Network secret={secret} />
        </ul>
      </section>
    </Frame>
  );
}

function proceedWord(found: Found | null, withPicture: boolean) {
  if (!found) return "precheck.waiting" as const;
  const fine = found.microphone !== null && (found.camera !== null || !withPicture);
  return fine ? ("precheck.allFine" as const) : ("precheck.goOn" as const);
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
          <span>{t(found ? "precheck.noPicture" : "precheck.allow")}</span>
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

const BARS = 20;
const AUDIBLE = 0.25;

function Microphone({ found }: { found: Found | null }) {
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
      if (loudness > AUDIBLE) setHeard(true);
    });
  }, [track]);
  const word = !found
    ? "precheck.micWaiting"
    : !track
      ? "precheck.micNone"
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
        <p class="meta">{t("precheck.micHint")}</p>
        <div class="meter" aria-hidden="true">
          {Array.from({ length: BARS }, (_, index) => (
            <i key={index} data-on={index < level * BARS ? "" : undefined} />
          ))}
        </div>
      </div>
    </li>
  );
}

function Problems({ found, withPicture, onAgain }: { found: Found | null; withPicture: boolean; onAgain: () => void }) {
  const problem = found?.microphoneProblem ?? (withPicture ? found?.cameraProblem : null);
  if (!problem) return null;
  const what = found?.microphoneProblem ? "mic" : "cam";
  return (
    <Note tone="warn" alert title={t(`device.${what}.${problem}`)}>
      <p class="meta">{t(`device.help.${problem}`)}</p>
      <Button icon="replay" onClick={onAgain}>
        {t("common.again")}
      </Button>
    </Note>
  );
}
