import type { TicketState } from "../room/talk";
import { Icon, type IconName } from "../ui/Icon";

const MARKS: Record<TicketState, [IconName, string]> = {
  asked: ["clock", "mark mark--warn"],
  agreed: ["check", "mark mark--ok"],
  refused: ["x", "mark"],
  withdrawn: ["undo", "mark"],
  expired: ["clock", "mark"],
  delivered: ["carry", "mark mark--ok"],
};

/** Where a ticket stands, as a sign beside the words that say it. */
export function TicketMark({ state }: { state: TicketState }) {
  const [icon, look] = MARKS[state];
  return (
    <span class={look}>
      <Icon name={icon} />
    </span>
  );
}
