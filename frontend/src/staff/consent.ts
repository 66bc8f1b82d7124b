/** The item of the recording notice by which a person agrees to be recorded (rules/data/consents.toml). */
const RECORDING_ITEM = "recording_dispute";

/** Whether a person agreed to be recorded; null while unanswered. */
export function recordingConsent(consents: Record<string, unknown>): boolean | null {
  const answer = consents[RECORDING_ITEM];
  return typeof answer === "boolean" ? answer : null;
}
