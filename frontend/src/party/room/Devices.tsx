/** Another microphone, camera or loudspeaker, while the talk goes on. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n";
import {
  type Device,
  DeviceError,
  type DeviceKind,
  type DeviceProblem,
  listDevices,
  speakerReachable,
  watchDevices,
} from "../../room/devices";
import type { MediaState } from "../../room/media";
import { scrollable, useStore } from "../../ui/hooks";
import { Icon, type IconName } from "../../ui/Icon";
import { Note } from "../../ui/Note";
import { DeviceNotes } from "./Controls";
import type { PanelProps } from "./panel";

const KINDS: readonly [DeviceKind, IconName][] = [
  ["microphone", "mic"],
  ["camera", "cam"],
  ["speaker", "speaker"],
];

type Found = Record<DeviceKind, Device[]>;

export function Devices({ media, onClose }: PanelProps) {
  const local = useStore(media.state);
  const [found, setFound] = useState<Found>({ microphone: [], camera: [], speaker: [] });
  const [busy, setBusy] = useState<DeviceKind | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const look = () => void listDevices().then(setFound, () => undefined);
  useEffect(() => {
    look();
    return watchDevices(look);
  }, []);
  // Names are told only once the device was opened.
  useEffect(look, [local.microphone.track, local.camera.track]);
  const choose = async (kind: DeviceKind, id: string) => {
    setBusy(kind);
    setRefusal(null);
    try {
      await media.choose(kind, id);
    } catch (error) {
      // Anything else: the connection is away, and it is sent when that is back.
      if (error instanceof DeviceError && kind !== "speaker") setRefusal({ kind, problem: error.problem });
    } finally {
      setBusy(null);
    }
  };
  return (
    <section class="paper" data-theme-light aria-label={t("devices.title")} data-testid="devices">
      <header class="paper__head">
        <h2 class="h2">{t("devices.title")}</h2>
        <button class="tool" type="button" data-testid="devices-close" onClick={onClose}>
          <Icon name="x" />
          {t("common.close")}
        </button>
      </header>
      <div class="paper__body" {...scrollable}>
        {KINDS.map(([kind, icon]) => (
          <div class="field" key={kind}>
            <label class="label row" for={`device-${kind}`}>
              <Icon name={icon} />
              {t(`devices.${kind}`)}
            </label>
            <Choice kind={kind} devices={found[kind]} chosen={inUse(kind, local)} onChoose={choose} />
          </div>
        ))}
        <p class="meta" role="status">
          {busy && t("devices.busy")}
        </p>
        {refusal && local[refusal.kind].track && <StillTheOther {...refusal} />}
        <DeviceNotes media={local} />
      </div>
    </section>
  );
}

interface Refusal {
  kind: "microphone" | "camera";
  problem: DeviceProblem;
}

/** The one that was chosen does not open, and the one before goes on. */
function StillTheOther({ kind, problem }: Refusal) {
  const device = kind === "microphone" ? "mic" : "cam";
  return (
    <Note tone="warn" alert title={t(`device.${device}.${problem}`)} testId="devices-refused">
      <p class="meta">{t("devices.stillTheOther")}</p>
      {problem !== "absent" && (
        <p class="meta">{t(problem === "denied" ? "devices.allow" : `device.help.${problem}`)}</p>
      )}
    </Note>
  );
}

interface ChoiceProps {
  kind: DeviceKind;
  devices: Device[];
  chosen: string;
  onChoose: (kind: DeviceKind, id: string) => void;
}

function Choice({ kind, devices, chosen, onChoose }: ChoiceProps) {
  if (kind === "speaker" && !speakerReachable()) return <p class="meta">{t("devices.speakerFixed")}</p>;
  const known = devices.some((one) => one.id === chosen);
  return (
    <select
      class="input"
      id={`device-${kind}`}
      data-testid={`device-${kind}`}
      value={known ? chosen : ""}
      disabled={devices.length === 0}
      onChange={(event) => event.currentTarget.value && onChoose(kind, event.currentTarget.value)}
    >
      {devices.length === 0 && <option value="">{t("devices.none")}</option>}
      {devices.length > 0 && !known && <option value="">{t("devices.byDefault")}</option>}
      {devices.map((one, index) => (
        <option key={one.id} value={one.id}>
          {one.label || t("devices.unnamed", { number: index + 1 })}
        </option>
      ))}
    </select>
  );
}

function inUse(kind: DeviceKind, local: MediaState): string {
  if (kind === "speaker") return local.speaker ?? "default";
  return local[kind].track?.getSettings().deviceId ?? "";
}
