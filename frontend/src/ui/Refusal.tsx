import { Note } from "./Note";

/** Why something was not done, read out at once; nothing when it was. */
export function Refusal({ words, testId }: { words: string; testId?: string }) {
  if (!words) return null;
  return (
    <Note tone="danger" alert testId={testId}>
      {words}
    </Note>
  );
}
