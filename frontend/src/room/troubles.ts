/** Tells the room why nothing comes from one's own microphone or camera, so that nobody takes it for silence. */
import type { Device, ParticipantView, Trouble } from "../generated/messages";
import type { RoomClient } from "./client";
import type { LocalTrack } from "./publications";
import { isPresent, myself } from "./state";

const DEVICES = ["microphone", "camera"] as const;

/** What others are told of a device; undefined: it is being opened, and what was told before stands. */
export function troubleOf({ wanted, track, problem }: LocalTrack): Trouble | null | undefined {
  switch (problem) {
    case "interrupted":
    case "absent":
      return problem;
    case "denied":
    case "busy":
    case "unreachable":
    case "unknown":
      return "unavailable";
    case "plugged":
    case "full":
      return null;
    default:
      return wanted && !track ? undefined : null;
  }
}

/** What somebody's device is said to lack; null: nothing. */
export function troubleIn(person: ParticipantView | null, source: Device): Trouble | null {
  return person?.troubles.find((one) => one.source === source)?.trouble ?? null;
}

type OwnDevices = Readonly<Record<Device, LocalTrack>>;

/** The same of both devices. */
export function troublesOf(person: ParticipantView | null): Record<Device, Trouble | null> {
  return { microphone: troubleIn(person, "microphone"), camera: troubleIn(person, "camera") };
}

/** Of one's own devices, before anybody was told. */
export function ownTroubles(own: OwnDevices): Record<Device, Trouble | null> {
  return { microphone: troubleOf(own.microphone) ?? null, camera: troubleOf(own.camera) ?? null };
}

export class Troubles {
  private readonly telling = new Set<Device>();
  /** Of which devices the room has heard since this page began anew or was moved. */
  private heard: { since: unknown; place: string | null; of: Set<Device> } = {
    since: null,
    place: null,
    of: new Set(),
  };

  private own: OwnDevices | null = null;

  constructor(private readonly client: RoomClient) {}

  /** Holds what the server knows against what is here; one word after the other, as a device may change its mind. */
  follow(own: OwnDevices): void {
    this.own = own;
    const state = this.client.state.value;
    if (this.client.connection.value.phase !== "open" || !state || !isPresent(state)) return;
    this.beginAnew(myself(state)?.caucus_id ?? null);
    for (const source of DEVICES) {
      const trouble = troubleOf(own[source]);
      if (trouble === undefined || this.telling.has(source)) continue;
      if (this.heard.of.has(source) && troubleIn(myself(state), source) === trouble) continue;
      void this.tell(source, trouble);
    }
  }

  /** Whoever did not resume, and whoever was moved, tells how each device is although nothing is the matter: what the
   * record says last of it may be of another page, or of a process that was killed. */
  private beginAnew(place: string | null): void {
    const offer = this.client.offer.value;
    const since = offer?.fresh ? offer : this.heard.since;
    if (since !== this.heard.since || place !== this.heard.place) this.heard = { since, place, of: new Set() };
  }

  private async tell(source: Device, trouble: Trouble | null): Promise<void> {
    this.telling.add(source);
    const { heard } = this;
    const off = trouble === null && this.own?.[source].wanted === false;
    try {
      await this.client.command("tell_trouble", { source, trouble, off });
      heard.of.add(source);
    } catch {
      return; // The next change of the room or of the device compares again.
    } finally {
      this.telling.delete(source);
    }
    if (this.own && troubleOf(this.own[source]) !== trouble) this.follow(this.own);
  }
}
