/** Every purpose one was asked for, with version and time, and the way to take a free one back. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "../../api";
import { pick, t } from "../../i18n";
import { dateTime } from "../../i18n/time";
import { isPresent } from "../../room/state";
import { Button } from "../../ui/Button";
import { Complaint } from "../../ui/Complaint";
import { Confirm } from "../../ui/Confirm";
import { scrollable, useStore } from "../../ui/hooks";
import { answerNotice, type ConsentItem, getMe, type Notice } from "../api";
import { type Visit, withToken } from "../visit";
import { Consenting } from "./consenting";
import { PanelHead } from "./PanelHead";
import type { PanelProps } from "./panel";

/** Something that is required, about to be taken back. */
interface Leaving {
  notice: Notice;
  item: ConsentItem;
}

export function ConsentsPanel({ visit, me, state, onClose }: PanelProps) {
  const consenting = useMemo(() => consentingOf(visit, me.notices), [visit]);
  const notices = useStore(consenting.notices);
  const [changed, setChanged] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [leaving, setLeaving] = useState<Leaving | null>(null);
  // Before the door everything may be taken back, inside only what is free (OLR 5).
  const before = !isPresent(state);

  const attempt = async (work: () => Promise<unknown>) => {
    setError(null);
    try {
      await work();
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      setError(cause);
    }
  };
  useEffect(() => void attempt(() => consenting.load()), []);

  const change = (notice: Notice, item: string, answer: boolean) =>
    attempt(async () => {
      setChanged(false);
      await consenting.change(notice.id, item, answer);
      setChanged(true);
    });

  return (
    <section class="paper" data-theme-light data-testid="consents-panel" aria-label={t("consentPanel.title")}>
      <PanelHead title={t("consentPanel.title")} onClose={onClose} />
      <div class="paper__body stack" {...scrollable}>
        <p class="meta">{t("consentPanel.lead")}</p>
        <p class="meta" role="status">
          {changed && t("consentPanel.done")}
        </p>
        <Complaint>{error?.sentence}</Complaint>
        {notices.map((notice) => (
          <section class="card stack stack--2" key={notice.id}>
            <div>
              <h3 class="h3">{pick(notice.title_zh, notice.title_en)}</h3>
              {notice.answered_at && (
                <p class="meta">
                  {t("consentPanel.given", { version: notice.version, time: dateTime(notice.answered_at) })}
                </p>
              )}
            </div>
            {notice.items.map((item) => {
              const given = notice.answered?.[item.id] ?? false;
              return (
                <div class="consent-line" key={item.id}>
                  <p>{pick(item.label_zh, item.label_en)}</p>
                  <div class="row between">
                    <span class={given ? "badge badge--ok" : "badge"}>
                      {t(given ? "consentPanel.yes" : "consentPanel.no")}
                    </span>
                    {(!item.required || (before && given)) && (
                      <Button
                        testId={`consent-change-${item.id}`}
                        aria-label={`${t(given ? "consentPanel.withdraw" : "consentPanel.agree")}: ${pick(item.label_zh, item.label_en)}`}
                        onClick={() =>
                          item.required ? setLeaving({ notice, item }) : void change(notice, item.id, !given)
                        }
                      >
                        {t(given ? "consentPanel.withdraw" : "consentPanel.agree")}
                      </Button>
                    )}
                  </div>
                  {item.required && (
                    <p class="meta">{t(before ? "consentPanel.requiredBefore" : "consentPanel.required")}</p>
                  )}
                  {given && item.needs && !notice.answered?.[item.needs] && (
                    <p class="meta">{t("consentPanel.noEffect")}</p>
                  )}
                </div>
              );
            })}
          </section>
        ))}
      </div>
      {leaving && (
        <Confirm
          title={t("consentPanel.leaveTitle")}
          consequences={[
            { icon: "exit", text: t("consentPanel.leaveRoom") },
            { icon: "info", text: t("consentPanel.leaveTold") },
            { icon: "check", text: t("consentPanel.leaveBack") },
          ]}
          act={t("consentPanel.withdraw")}
          testId="withdraw"
          immediate
          onAct={() => {
            setLeaving(null);
            void change(leaving.notice, leaving.item.id, false);
          }}
          onCancel={() => setLeaving(null)}
        />
      )}
    </section>
  );
}

function consentingOf(visit: Visit, notices: Notice[]): Consenting {
  return new Consenting(notices, {
    answer: (notice, answers) => withToken(visit, (token) => answerNotice(token, notice, answers)),
    read: async () => (await withToken(visit, getMe)).notices,
  });
}
