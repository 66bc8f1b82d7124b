/** The live room of a party: one connection, one media session, and the screen that fits the state. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { AgreementView } from "../../api";
import { useBuildOf } from "../../build";
import { t } from "../../i18n";
import { type Connection, RoomClient } from "../../room/client";
import { MediaSession } from "../../room/media";
import { isPresent, type RoomState } from "../../room/state";
import { Connected } from "../../ui/connected";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { rememberDevices } from "../../ui/ownDevices";
import { forgetAll } from "../../ui/unsent";
import { Viewing } from "../../ui/Watermark";
import type { Me } from "../api";
import { type Checked, OWN_DEVICES } from "../checked";
import { Ending, type EndKind } from "../Ending";
import { Frame } from "../Frame";
import type { Visit } from "../visit";
import { agreementOf } from "./agreement";
import { Over } from "./Over";
import { Stage } from "./Stage";
import { WaitingRoom } from "./WaitingRoom";
import { useWakeLock } from "./wakeLock";

interface Props {
  visit: Visit;
  me: Me;
  checked: Checked | null;
  /** Something that is required was taken back in the waiting room: back to what there is to agree to. */
  onWithdrawn: () => void;
}

export default function RoomPage({ visit, me, checked, onWithdrawn }: Props) {
  const client = useMemo(() => new RoomClient({ roomId: me.session.room_id, getToken: visit.getToken }), []);
  const media = useMemo(
    () =>
      new MediaSession(client, {
        microphone: checked?.microphone ?? true,
        camera: checked?.camera ?? true,
        soundOnly: checked?.soundOnly ?? false,
        tracks: checked?.tracks ?? [],
      }),
    [],
  );
  const connection = useStore(client.connection);
  const state = useStore(client.state);
  const [left, setLeft] = useState(false);
  const agreement = useRef<AgreementView | null>(null);
  agreement.current = agreementOf(state) ?? agreement.current;
  useWakeLock(connection.phase !== "ended");

  useEffect(() => {
    client.connect();
    const backInFront = () => document.visibilityState === "visible" && client.retryNow();
    document.addEventListener("visibilitychange", backInFront);
    return () => {
      document.removeEventListener("visibilitychange", backInFront);
      media.close();
      client.close();
    };
  }, []);

  useEffect(() => {
    if (connection.phase !== "ended") return;
    media.close();
    if (withdrawn(connection)) {
      onWithdrawn();
      return;
    }
    // Another tab of the same person is no sign-out.
    if (connection.ending !== "replaced") forgetAll();
  }, [connection.phase]);

  useEffect(() => rememberDevices(OWN_DEVICES, media), []);
  useBuildOf(connection.phase);

  const leave = () => {
    setLeft(true);
    media.close();
    client.close();
  };

  if (connection.phase === "ended") {
    if (withdrawn(connection)) return null;
    if (left) return <Ending kind="left" />;
    if (connection.ending === "closed") {
      return <Over visit={visit} me={me} known={state === null ? undefined : agreement.current} />;
    }
    const { kind, reason } = removalOf(connection.ending, connection.reason, state);
    return <Ending kind={kind} reason={reason} />;
  }
  if (!state) return <Connecting connection={connection} />;
  const shared = { client, media, me, state, onLeave: leave };
  return (
    <Connected.Provider value={connection.phase === "open"}>
      <Viewing.Provider value={`${me.participant.display_name} ${me.session.case_no}`}>
        <LetIn present={isPresent(state)} />
        {isPresent(state) ? <Stage {...shared} visit={visit} /> : <WaitingRoom {...shared} visit={visit} />}
      </Viewing.Provider>
    </Connected.Provider>
  );
}

/** Tells a reader that the wait is over: the page around it changes at once, and nobody sees that for them. */
function LetIn({ present }: { present: boolean }) {
  const waited = useRef(false);
  if (!present) waited.current = true;
  return (
    <p class="visually-hidden" role="status" data-testid="let-in">
      {present && waited.current && t("room.letIn")}
    </p>
  );
}

function withdrawn(connection: Connection): boolean {
  return connection.phase === "ended" && connection.reason === "consent_withdrawn";
}

/** Why somebody is out; the mediator's own words came on the board just before. */
function removalOf(ending: EndKind, why: string, state: RoomState | null): { kind: EndKind; reason?: string } {
  if (ending !== "removed") return { kind: ending };
  if (why === "continued_elsewhere") return { kind: "continued_elsewhere" };
  const denial = state?.board[`denial/${state.me}`] as { reason: string; final: boolean } | undefined;
  if (!denial) return { kind: "removed" };
  return { kind: denial.final ? "denied_final" : "denied", reason: denial.reason };
}

function Connecting({ connection }: { connection: Connection }) {
  if (connection.phase === "reconnecting" && connection.refusal === "overloaded") return <Busy />;
  return (
    <Frame page="connecting">
      <p class="lead connecting" role="status" data-testid="connection-banner" data-state="connecting">
        {t("connection.connecting")}
      </p>
    </Frame>
  );
}

/** The service takes no more mediations just now; the page goes on trying. */
function Busy() {
  return (
    <Frame page="busy">
      <div class="ending" role="status" data-testid="connection-banner" data-state="busy">
        <span class="mark mark--warn mark--lg">
          <Icon name="clock" />
        </span>
        <h1 class="h1">{t("connection.busyTitle")}</h1>
        <p class="lead">{t("connection.busy")}</p>
      </div>
    </Frame>
  );
}
