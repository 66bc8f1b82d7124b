/** The agreement as the room's board shows it (without the text). */
import type { AgreementView } from "../../api";
import type { RoomState } from "../../room/state";

export function agreementOf(state: RoomState | null): AgreementView | null {
  return (state?.board.agreement as AgreementView | undefined) ?? null;
}
