import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "../api";
import { useBuildOf } from "../build";
import { t } from "../i18n";
import type { Ending } from "../room/failure";
import { myself, type RoomState } from "../room/state";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Connected } from "../ui/connected";
import { useStore } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Newer } from "../ui/Newer";
import { Sounds } from "../ui/Sounds";
import { begun, forgetOver, forgetSession, keep, own, type Scope } from "../ui/unsent";
import { Viewing } from "../ui/Watermark";
import { type SessionDetail, type StaffAccount, sentenceOf, sessionDetail } from "./api";
import { Calls } from "./Calls";
import { Caucus } from "./CaucusControls";
import { RunningTimer } from "./Conducting";
import { ConsoleBar } from "./ConsoleBar";
import type { Desk } from "./desk";
import { DetailKeeper } from "./detail";
import { Messages } from "./Messages";
import { OfficeBar } from "./OfficeBar";
import { PaperPane } from "./PaperPane";
import { PeoplePane } from "./PeoplePane";
import { phaseOf } from "./phase";
import { RecordingAlarm } from "./RecordingAlarm";
import { Stage } from "./Stage";
import { type ConsoleTools, type Question, ToolsProvider, useTools } from "./tools";

const DETAIL_REFRESH_MS = 10_000;

interface Props {
  desk: Desk;
  detail: SessionDetail;
  account: StaffAccount;
  onEnded: () => void;
}

/** What the mediator wants in the middle, before or after the text was locked. */
interface Layout {
  shows: "faces" | "paper";
  frozen: boolean;
}

/** The mediator's one screen: people on the left, faces in the middle, paper on the right. */
export function Console(props: Props) {
  const { desk, account, onEnded } = props;
  const connection = useStore(desk.client.connection);
  const state = useStore(desk.client.state);

  useBuildOf(connection.phase);
  const closed = connection.phase === "ended" && connection.ending === "closed";
  useEffect(() => {
    if (!closed) return;
    forgetSession(desk.client.roomId);
    onEnded();
  }, [closed]);

  if (state) {
    return (
      <Connected.Provider value={connection.phase === "open"}>
        <Viewing.Provider value={`${myself(state)?.display_name ?? ""} ${props.detail.case_no}`.trim()}>
          <LiveConsole {...props} state={state} />
        </Viewing.Provider>
      </Connected.Provider>
    );
  }
  const busy = connection.phase === "reconnecting" && connection.refusal === "overloaded";
  const entering = t(busy ? "connection.busy" : "connection.connecting");
  return (
    <div class="office">
      <OfficeBar title={props.detail.title} account={account} back="/staff" />
      <main class="office__main office__main--narrow">
        <p role="status">{connection.phase === "ended" ? t(`staff.ending.${connection.ending}`) : entering}</p>
        {connection.phase === "ended" && <WayBack ending={connection.ending} />}
      </main>
    </div>
  );
}

function LiveConsole({ desk, detail: first, account, state }: Props & { state: RoomState }) {
  const keeper = useMemo(() => new DetailKeeper(first, () => sessionDetail(first.session_id)), []);
  const { detail, failure } = useStore(keeper.value);
  const [question, setQuestion] = useState<Question | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const laidOut: Scope<Layout> = own(state, "at/layout");
  const [drawer, setDrawer] = useState(false);
  const media = useStore(desk.media.state);
  const phase = phaseOf(state, false);

  const reload = () => void keeper.reload();
  useEffect(() => {
    const timer = window.setInterval(reload, DETAIL_REFRESH_MS);
    return () => window.clearInterval(timer);
  }, []);
  // Whoever has just arrived has just shown who they are: ask again at once, not at the next turn.
  const arrived = [...state.participants.keys()].sort().join();
  useEffect(reload, [arrived]);

  const tools = useMemo<ConsoleTools>(() => {
    const attempt = async (work: () => Promise<unknown>) => {
      setRefusal(null);
      try {
        await work();
        return true;
      } catch (error) {
        setRefusal(error);
        return false;
      }
    };
    return {
      desk,
      state,
      detail,
      account,
      reload,
      attempt,
      command: (name, data) => attempt(() => desk.client.command(name, data)),
      ask: setQuestion,
    };
  }, [desk, state, detail, account]);

  const frozen = phase === "frozen" || phase === "signing" || phase === "in_force";
  // Signing is done on paper: it comes to the middle unless the mediator chooses otherwise then.
  const chosen = begun(laidOut);
  const layout = chosen?.frozen === frozen ? chosen.shows : frozen ? "paper" : "faces";
  const turn = () => keep(laidOut, { shows: layout === "paper" ? "faces" : "paper", frozen });
  useEffect(() => forgetOver(state), [state.caucuses]);
  return (
    <ToolsProvider value={tools}>
      <div class="console" data-theme="stage" data-testid="console" data-layout={layout} data-drawer={String(drawer)}>
        <ConsoleBar phase={phase} onDrawer={() => setDrawer(!drawer)} drawer={drawer} />
        <Calls />
        <Messages>
          <ConnectionLine />
          {failure !== null && (
            <p class="console__line console__line--warn" role="status" data-testid="not-refreshed">
              <Icon name="alert" />
              {refusedFor(failure) ? sentenceOf(failure) : t("staff.notRefreshed")}
            </p>
          )}
          {refusal !== null && (
            <div class="console__refusal" role="alert">
              <Icon name="alert" />
              <span class="grow">{sentenceOf(refusal)}</span>
              <button
                class="btn btn--dense btn--icon"
                type="button"
                aria-label={t("common.close")}
                onClick={() => setRefusal(null)}
              >
                <Icon name="x" />
              </button>
            </div>
          )}
          <Caucus />
          <RunningTimer />
          <RecordingAlarm />
          <Newer dense />
        </Messages>
        <div class="console__grid">
          <PeoplePane talks={layout === "paper"} onClose={() => setDrawer(false)} />
          <Stage small={layout === "paper"} />
          <PaperPane phase={phase} wide={layout === "paper"} onLayout={turn} />
        </div>
        <Sounds remote={media.remote} speaker={media.speaker} />
        {question && (
          <Confirm
            testId="confirm"
            title={question.title}
            consequences={question.consequences}
            act={question.act}
            reasonLabel={question.reasonLabel}
            reasonLength={question.reasonLength}
            reasons={question.reasons}
            immediate={question.immediate}
            other={
              question.other && {
                act: question.other.act,
                onAct: () => {
                  setQuestion(null);
                  question.other?.onAct();
                },
              }
            }
            onCancel={() => setQuestion(null)}
            onAct={(reason) => {
              setQuestion(null);
              question.onAct(reason);
            }}
          />
        )}
      </div>
    </ToolsProvider>
  );
}

/** Whether the server itself said no: then asking again does not help, and its words say what does. */
function refusedFor(failure: unknown): boolean {
  return failure instanceof ApiError && failure.status >= 400 && failure.status < 500;
}

/** Says so while the way to the room is broken. */
function ConnectionLine() {
  const { desk } = useTools();
  const media = useStore(desk.media.state);
  const connection = useStore(desk.client.connection);
  const words =
    connection.phase === "ended"
      ? t(`staff.ending.${connection.ending}`)
      : connection.phase === "open"
        ? media.phase === "restoring"
          ? t("connection.media")
          : ""
        : t("connection.reconnecting");
  if (!words) return null;
  return (
    <p class="console__line" role="status" data-testid="cut-off">
      <Icon name="replay" />
      <span class="grow">{words}</span>
      {connection.phase === "ended" && <WayBack ending={connection.ending} />}
    </p>
  );
}

/** Whoever was sent out, and whoever's session is over, has none. */
const NO_WAY_BACK: ReadonlySet<Ending> = new Set<Ending>(["removed", "closed"]);

function WayBack({ ending }: { ending: Ending }) {
  if (NO_WAY_BACK.has(ending)) return null;
  return (
    <Button dense icon="replay" testId="console-again" onClick={() => location.reload()}>
      {t("newer.reload")}
    </Button>
  );
}
