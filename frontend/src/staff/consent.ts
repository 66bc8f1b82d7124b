/** Whether a person agreed to be recorded: null while unanswered. Answers come as `{notice: {item: yes}}` or flat. */
export function recordingConsent(consents: Record<string, unknown>): boolean | null {
  for (const [name, answer] of Object.entries(consents)) {
    if (typeof answer === "boolean" && /record/.test(name)) return answer;
    if (answer !== null && typeof answer === "object") {
      const inner = recordingConsent(answer as Record<string, unknown>);
      if (inner !== null) return inner;
    }
  }
  return null;
}
