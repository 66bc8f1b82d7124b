import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Note } from "../ui/Note";
import { forgetSession } from "../ui/unsent";
import { type SessionDetail, type StaffAccount, sentenceOf, sessionDetail } from "./api";
import { Console } from "./Console";
import { isOver } from "./days";
import { type Desk, devicesBefore, type OwnDevices, openDesk } from "./desk";
import { Ended } from "./Ended";
import { OfficeBar } from "./OfficeBar";
import { Precheck } from "./Precheck";

/** One session: a look at one's own camera, then the console, then what is left when it has ended. */
export function SessionPage({ sessionId, account }: { sessionId: string; account: StaffAccount }) {
  const [detail, setDetail] = useState<SessionDetail | null>(null);
  const [desk, setDesk] = useState<Desk | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [ended, setEnded] = useState(false);
  const [returning, setReturning] = useState(devicesBefore(sessionId) !== null);

  useEffect(() => {
    const stop = new AbortController();
    sessionDetail(sessionId, stop.signal).then(setDetail, (error: unknown) => {
      if (!stop.signal.aborted) setRefusal(error);
    });
    return () => stop.abort();
  }, [sessionId]);

  useEffect(() => () => desk?.close(), [desk]);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );

  /** Whether the devices were taken over. Whoever has left the page meanwhile is not in the room, and sends nothing. */
  const enter = async (devices: OwnDevices) => {
    if (gone.current) return false;
    setRefusal(null);
    try {
      const opened = await openDesk(sessionId, devices);
      if (gone.current) opened.close();
      else setDesk(opened);
      return true;
    } catch (error) {
      if (gone.current) for (const track of devices.tracks) track.stop();
      setRefusal(error);
      return false;
    }
  };

  useEffect(() => {
    if (!detail) return;
    if (isOver(detail.state)) forgetSession(detail.room_id);
    const before = devicesBefore(sessionId);
    if (!before || isOver(detail.state)) setReturning(false);
    else void enter(before).finally(() => setReturning(false));
  }, [detail]);

  if (detail && desk && !ended) {
    return <Console desk={desk} detail={detail} account={account} onEnded={() => setEnded(true)} />;
  }
  const over = detail !== null && (ended || isOver(detail.state));
  return (
    <div class="office">
      <OfficeBar title={detail?.title ?? t("staff.title")} account={account} back="/staff" />
      <main class="office__main office__main--narrow">
        {refusal !== null && (
          <Note tone="danger" alert>
            {sentenceOf(refusal)}
          </Note>
        )}
        {(!detail || returning) && refusal === null && <p role="status">{t("common.loading")}</p>}
        {detail && over && <Ended detail={detail} />}
        {detail && !over && !returning && <Precheck detail={detail} onEnter={enter} />}
      </main>
    </div>
  );
}
