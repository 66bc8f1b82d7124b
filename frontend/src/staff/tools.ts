/** What every part of the console needs: the room as it is now, and how to do something in it. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { CommandMap, CommandName } from "../generated/messages";
import type { RoomState } from "../room/state";
import type { Consequence, Reason } from "../ui/Confirm";
import type { SessionDetail, StaffAccount } from "./api";
import type { Desk } from "./desk";

/** A dangerous act that waits for its second step. */
export interface Question {
  title: string;
  consequences: Consequence[];
  act: string;
  reasonLabel?: string;
  reasonLength?: number;
  reasons?: readonly Reason[];
  /** No three seconds to take it back: the act itself can be undone. */
  immediate?: boolean;
  /** Another way to do it. */
  other?: { act: string; onAct: () => void };
  onAct: (reason: string) => void;
}

export interface ConsoleTools {
  desk: Desk;
  state: RoomState;
  detail: SessionDetail;
  account: StaffAccount;
  /** Ask the server for the people, their links and answers again. */
  reload: () => void;
  /** Do it and show a refusal; true when it was done. */
  attempt: (work: () => Promise<unknown>) => Promise<boolean>;
  command: <Name extends CommandName>(name: Name, data: CommandMap[Name]["data"]) => Promise<boolean>;
  ask: (question: Question) => void;
}

const Context = createContext<ConsoleTools | null>(null);
export const ToolsProvider = Context.Provider;

export function useTools(): ConsoleTools {
  const tools = useContext(Context);
  if (!tools) throw new Error("used outside the console");
  return tools;
}
