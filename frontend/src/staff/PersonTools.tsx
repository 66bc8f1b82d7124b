/** What a host can do with one person: silence, ask, show large, let them share. */
import type { Device, ParticipantView } from "../generated/messages";
import { t } from "../i18n";
import { publicationOf, type RoomState } from "../room/state";
import { troubleIn } from "../room/troubles";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { useTools } from "./tools";

const ICONS: Record<Device, [IconName, IconName]> = { microphone: ["mic", "mic-off"], camera: ["cam", "cam-off"] };

/** Whether others hear or see somebody's device. */
function sends(state: RoomState, participantId: string, device: Device): boolean {
  const publication = publicationOf(state, participantId, device);
  return publication !== null && !publication.paused && !publication.muted_by_host;
}

interface DeviceToolProps {
  person: ParticipantView;
  device: Device;
  /** They have just come, and it is not known yet what they send. */
  unknown: boolean;
}

/** Stops a device that is on; asks for one that is off. Nobody's device is switched on from here. */
export function DeviceTool({ person, device, unknown }: DeviceToolProps) {
  const { state, command } = useTools();
  const { participant_id: id, display_name: name } = person;
  const on = sends(state, id, device);
  const publication = publicationOf(state, id, device);
  const stop = device === "microphone" ? t("staff.mute", { name }) : t("conduct.stopCamera", { name });
  // Whoever has none cannot switch it on.
  const none = troubleIn(person, device) === "absent";
  const act = on ? stop : t(`conduct.ask.${device}`, { name });
  const coming = unknown && publication === null && !none;
  const word = none
    ? `${name} · ${t(`tile.trouble.${device}.absent`)}`
    : coming
      ? `${name} · ${t("tile.connecting")}`
      : act;
  const press = () => {
    if (none || coming) return;
    if (on && publication)
      void command("mute_publication", { publication_id: publication.publication_id, muted: true });
    else void command("ask_to_switch_on", { participant_id: id, source: device });
  };
  return (
    <button
      class={on ? "btn btn--dense btn--icon people__mute" : "btn btn--dense btn--icon people__mute people__device--off"}
      type="button"
      data-testid={device === "microphone" ? "mute" : "stop-camera"}
      data-participant={id}
      data-on={String(on)}
      aria-label={word}
      aria-disabled={none || coming || undefined}
      title={word}
      onClick={press}
    >
      <Icon name={coming ? "replay" : ICONS[device][on ? 0 : 1]} />
    </button>
  );
}

/** Shows somebody large on every screen, or ends that. */
export function SpotlightTool({ person, bare }: { person: ParticipantView; bare?: boolean }) {
  const { state, command } = useTools();
  const id = person.participant_id;
  const on = state.stage.spotlight === id;
  const press = () => void command("spotlight", { participant_id: on ? null : id });
  const word = on ? t("conduct.spotlightEnd") : t("conduct.spotlightOf", { name: person.display_name });
  if (bare) {
    return (
      <button
        class={on ? "btn btn--dense btn--icon btn--on" : "btn btn--dense btn--icon"}
        type="button"
        data-testid="spotlight-tile"
        data-participant={id}
        aria-pressed={on}
        aria-label={word}
        title={word}
        onClick={press}
      >
        <Icon name="spot" />
      </button>
    );
  }
  return (
    <Button dense icon="spot" testId="spotlight" data-participant={id} aria-pressed={on} onClick={press}>
      {t(on ? "conduct.spotlightEnd" : "conduct.spotlight")}
    </Button>
  );
}

/** Lets somebody show their screen, or takes that back. */
export function SharingTool({ person }: { person: ParticipantView }) {
  const { command } = useTools();
  const { participant_id: id, may_share: allowed } = person;
  return (
    <Button
      dense
      icon="screen"
      testId="allow-sharing"
      data-participant={id}
      aria-pressed={allowed}
      onClick={() => void command("allow_sharing", { participant_id: id, allowed: !allowed })}
    >
      {t(allowed ? "conduct.forbidSharing" : "conduct.allowSharing")}
    </Button>
  );
}

/** What was asked of somebody and how they answered, what a host stopped, what they may do: in words. */
export function conductWords(state: RoomState, person: ParticipantView): string[] {
  const words: string[] = [];
  for (const [device, name] of [
    ["microphone", "Microphone"],
    ["camera", "Camera"],
  ] as const) {
    const trouble = troubleIn(person, device);
    if (trouble) words.push(t(`tile.trouble.${device}.${trouble}`));
    const ask = person.asks.find((one) => one.source === device);
    if (ask) words.push(t(ask.declined ? `conduct.declined${name}` : `conduct.asked${name}`));
    if (publicationOf(state, person.participant_id, device)?.muted_by_host) words.push(t(`conduct.muted${name}`));
  }
  if (person.role !== "host" && person.may_share) words.push(t("conduct.sharing"));
  return words;
}
