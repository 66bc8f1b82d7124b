import { useMemo } from "preact/hooks";
import { type Ask, askFor } from "../talk/api";
import { useTools } from "./tools";

/** The mediator's requests about the talk of the session that is open. */
export function useAsk(): Ask {
  const { detail } = useTools();
  return useMemo(() => askFor(detail.session_id), [detail.session_id]);
}
