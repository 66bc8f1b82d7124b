import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { navigate } from "../navigation";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Note } from "../ui/Note";
import { type SessionDetail, sentenceOf, sessionDetail } from "./api";
import { stateWords } from "./SessionRow";

const POLL_MS = 2000;

/** What is left of a session that is over: whether its record is filed. */
export function Ended({ detail: first }: { detail: SessionDetail }) {
  const [detail, setDetail] = useState(first);
  const [refusal, setRefusal] = useState<unknown>(null);
  const filed = detail.state === "filed";

  useEffect(() => {
    if (filed) return;
    const stop = new AbortController();
    let timer: number | undefined;
    const load = async () => {
      try {
        setDetail(await sessionDetail(first.session_id, stop.signal));
        setRefusal(null);
      } catch (error) {
        if (!stop.signal.aborted) setRefusal(error);
      }
      if (!stop.signal.aborted) timer = window.setTimeout(load, POLL_MS);
    };
    void load();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
    };
  }, [filed]);

  return (
    <section class="stack stack--4">
      <h1 class="h1">{t("staff.ended")}</h1>
      <p class="meta">
        {detail.case_no}
        <i class="dot" />
        {detail.title}
      </p>
      <div class="card row row--top ended__state" role="status" data-testid="filed-state" data-state={detail.state}>
        <span class={filed ? "mark mark--lg mark--ok" : "mark mark--lg"}>
          <Icon name={filed ? "check" : "folder"} />
        </span>
        <div>
          <p class="h2">{filed ? t("staff.filed") : t("staff.filing")}</p>
          <p class="meta">{filed ? t("staff.filedHint") : t("staff.filingHint")}</p>
          <p class="tiny">{t("staff.stateIs", { state: stateWords(detail.state) })}</p>
        </div>
      </div>
      {refusal !== null && <Note tone="warn">{sentenceOf(refusal)}</Note>}
      <Button onClick={() => navigate("/staff")}>{t("staff.backToList")}</Button>
    </section>
  );
}
