import { listed, t } from "../i18n";
import { myCaucus, runs, shownCaucus } from "../room/caucus";
import { Button } from "../ui/Button";
import { CaucusBar, CaucusOff } from "../ui/CaucusBar";
import { sideName } from "../ui/Seal";
import { useTools } from "./tools";

/** The caucus that runs or is about to, with what the mediator can do about it. */
export function Caucus() {
  const { state, command } = useTools();
  const caucus = shownCaucus(state);
  if (!caucus) return <CaucusOff state={state} />;
  const inside = myCaucus(state) !== null;
  const close = () => void command("close_caucus", { caucus_id: caucus.caucus_id, in_seconds: 3 });
  return (
    <CaucusBar state={state}>
      {caucus.state === "announced" && (
        <Button dense testId="caucus-cancel" onClick={close}>
          {t("staff.caucus.cancel")}
        </Button>
      )}
      {caucus.state === "open" && !inside && (
        <Button
          dense
          testId="caucus-enter"
          onClick={() => void command("enter_caucus", { caucus_id: caucus.caucus_id })}
        >
          {t("staff.caucus.enter")}
        </Button>
      )}
      {caucus.state === "open" && inside && (
        <Button dense testId="caucus-leave" onClick={() => void command("leave_caucus", {})}>
          {t("staff.caucus.leave")}
        </Button>
      )}
      {caucus.state === "open" && (
        <Button dense testId="caucus-close" onClick={close}>
          {t("staff.caucus.close")}
        </Button>
      )}
    </CaucusBar>
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
  return () =>
    ask({
      title: t("staff.caucus.title", { side: sideName(side) }),
      consequences: [
        { icon: "users", text: t("staff.caucus.who", { names: listed(members.map((one) => one.display_name)) }) },
        { icon: "lock", text: t("staff.caucus.sealed") },
        { icon: "pause", text: t("staff.caucus.notRecorded") },
        { icon: "clock", text: t("staff.caucus.shown") },
      ],
      act: t("staff.caucus.act"),
      immediate: true,
      onAct: () => {
        const own = [...state.caucuses.values()].some(runs) && myCaucus(state) !== null;
        const ids = members.map((one) => one.participant_id);
        void command("open_caucus", { participant_ids: own ? ids : [...ids, state.me], in_seconds: 3 });
        onOpen?.();
      },
    });
}

export function OpenCaucus({ side }: { side: string }) {
  const open = useOpenCaucus(side);
  if (!open) return null;
  return (
    <Button dense icon="lock" testId="caucus-open" data-side={side} onClick={open}>
      {t("staff.caucus.open", { side: sideName(side) })}
    </Button>
  );
}
