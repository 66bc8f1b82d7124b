import type { CaucusView } from "../generated/messages";
import { listed, t } from "../i18n";
import { myCaucus, runs, timeBySide } from "../room/caucus";
import { Button } from "../ui/Button";
import { CaucusBar } from "../ui/CaucusBar";
import { useNow } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Seal, sideName } from "../ui/Seal";
import { shortClock } from "../ui/TimerBar";
import { useTools } from "./tools";

/** The caucuses that run or are about to, each with what the mediator can do about it. */
export function Caucus() {
  const { state } = useTools();
  return <CaucusBar state={state} acts={(caucus) => <Acts caucus={caucus} />} />;
}

function Acts({ caucus }: { caucus: CaucusView }) {
  const { state, command } = useTools();
  const own = myCaucus(state);
  const inside = own?.caucus_id === caucus.caucus_id;
  const close = () => void command("close_caucus", { caucus_id: caucus.caucus_id, in_seconds: 3 });
  if (caucus.state === "announced") {
    return (
      <Button dense testId="caucus-cancel" onClick={close}>
        {t("staff.caucus.cancel")}
      </Button>
    );
  }
  if (caucus.state !== "open") return null;
  return (
    <>
      {inside && (
        <Button dense testId="caucus-leave" onClick={() => void command("leave_caucus", {})}>
          {t("staff.caucus.leave")}
        </Button>
      )}
      {!own && (
        <Button
          dense
          testId="caucus-enter"
          onClick={() => void command("enter_caucus", { caucus_id: caucus.caucus_id })}
        >
          {t("staff.caucus.enter")}
        </Button>
      )}
      <Button dense testId="caucus-close" onClick={close}>
        {t("staff.caucus.close")}
      </Button>
    </>
  );
}

/** Asks, then begins a private talk with everybody of one side who is in the room; null: there cannot be one now. */
export function useOpenCaucus(side: string, onOpen?: () => void): (() => void) | null {
  const { state, command, ask } = useTools();
  const members = [...state.participants.values()].filter(
    (one) => one.side === side && one.role === "party" && one.presence !== "waiting" && one.caucus_id === null,
  );
  const busy = [...state.caucuses.values()].some((one) => one.side === side && one.state !== "closed");
  if (members.length === 0 || busy) return null;
  const ids = members.map((one) => one.participant_id);
  const begin = (who: string[]) => {
    void command("open_caucus", { participant_ids: who, in_seconds: 3 });
    onOpen?.();
  };
  // Whoever is in a private talk stays there: then the side talks among itself in any case.
  const elsewhere = myCaucus(state) !== null;
  return () =>
    ask({
      title: t(elsewhere ? "staff.caucus.titleAlone" : "staff.caucus.title", { side: sideName(side) }),
      consequences: [
        {
          icon: "users",
          text: t(elsewhere ? "staff.caucus.whoAlone" : "staff.caucus.who", {
            names: listed(members.map((one) => one.display_name)),
          }),
        },
        { icon: "lock", text: t("staff.caucus.sealed") },
        { icon: "pause", text: t("staff.caucus.notRecorded") },
        { icon: "clock", text: t("staff.caucus.shown") },
      ],
      act: t("staff.caucus.act"),
      immediate: true,
      other: elsewhere ? undefined : { act: t("staff.caucus.alone"), onAct: () => begin(ids) },
      onAct: () => begin(elsewhere ? ids : [...ids, state.me]),
    });
}

const SIDES = ["applicant", "respondent"];

/** A private talk with either side, one beside the other, and how long each side has talked: in sight all the time. */
export function PrivateTalks() {
  const { state } = useTools();
  const running = [...state.caucuses.values()].some(runs);
  const now = useNow(1000, running) + state.clockOffset;
  const talked = [...state.caucuses.values()].some((one) => one.opened_at !== null);
  const ways = SIDES.map((side) => ({ side, open: useOpenCaucus(side) })).filter((way) => way.open !== null);
  if (ways.length === 0) return null;
  return (
    <section class="talks" aria-label={t("staff.talks")}>
      <b class="talks__title">
        <Icon name="lock" />
        {t("staff.talks")}
      </b>
      {ways.map(({ side, open }) => (
        <Button key={side} dense testId="caucus-open" data-side={side} onClick={() => open?.()}>
          <span aria-hidden="true">
            <Seal side={side} />
          </span>
          {t("staff.talks.with", { side: sideName(side) })}
        </Button>
      ))}
      <p class={talked ? "talks__note tiny" : "talks__note talks__note--never tiny"} data-testid="caucus-totals">
        {talked ? (
          <>
            <span class="talks__word">{t("staff.talks.times")}</span>
            {[...timeBySide(state, now)].map(([side, seconds]) => (
              <span class="talks__time" key={side}>
                <Seal side={side} />
                <span class="clock">{shortClock(seconds)}</span>
              </span>
            ))}
          </>
        ) : (
          t("staff.talks.never")
        )}
      </p>
    </section>
  );
}
