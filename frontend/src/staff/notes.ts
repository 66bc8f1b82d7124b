/** A note that is saved while it is written, and kept for the tab until it is. Knows no screen. */
import { ApiError } from "../api";
import { Store } from "../room/store";
import { type Ask, allNotes, saveNote } from "../talk/api";
import { begun, forget, keep, type Scope } from "../ui/unsent";

export type NoteState = "loading" | "unread" | "saved" | "typing" | "saving" | "failed" | "changed";

export interface NoteValue {
  text: string;
  state: NoteState;
  /** Unix seconds; null: never. */
  savedAt: number | null;
  /** What stands at the server when it was changed in another window. */
  other: string | null;
}

/** What is not at the server yet, and what it was written after. */
interface Unsaved {
  text: string;
  revision: number;
}

const UNDECIDED = -1;
const PAUSE_MS = 800;
const AGAIN_MS = 5000;

/** One note of one scope. Every change is sent after a short pause; one save at a time; a failure is tried again. */
export class NoteKeeper {
  readonly value = new Store<NoteValue>({ text: "", state: "loading", savedAt: null, other: null });
  private revision = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saving = false;
  private loaded = false;
  private readonly unsent: Scope<Unsaved>;

  /** @param owner whose it is, and in which session */
  constructor(
    private readonly ask: Ask,
    private readonly scope: string,
    owner: string,
  ) {
    this.unsent = { name: `note/${owner}/${scope}`, owner, words: "" };
  }

  /** What was kept; nothing happens the second time, so that a screen that opens again goes on where it was. What a page
   * before this one could not save is saved now, unless it was changed elsewhere meanwhile. */
  async load(): Promise<void> {
    if (this.loaded) return;
    try {
      const kept = (await allNotes(this.ask)).find((one) => one.scope === this.scope);
      this.revision = kept?.revision ?? 0;
      this.loaded = true;
      this.set({ text: kept?.text ?? "", state: "saved", savedAt: kept?.saved_at ?? null });
      this.takeUp(begun(this.unsent));
    } catch {
      this.set({ state: "unread" });
      this.timer = setTimeout(() => void this.load(), AGAIN_MS);
    }
  }

  private takeUp(before: Unsaved | null): void {
    const { text } = this.value.value;
    if (before === null || before.text === text) {
      forget(this.unsent.name);
      return;
    }
    const changed = before.revision !== this.revision;
    this.set({ text: before.text, state: changed ? "changed" : "typing", other: changed ? text : null });
    this.later(0);
  }

  write(text: string): void {
    if (!this.loaded) return;
    // Until somebody has decided between two texts a page after this one asks again.
    const undecided = this.value.value.state === "changed";
    keep(this.unsent, { text, revision: undecided ? UNDECIDED : this.revision });
    this.set({ text, state: undecided ? "changed" : "typing" });
    this.later(PAUSE_MS);
  }

  /** Keep what stands on this screen although it was changed elsewhere. */
  keepMine(): void {
    this.set({ state: "typing", other: null });
    this.later(0);
  }

  /** Whether something on the screen is not at the server yet. */
  get unsaved(): boolean {
    return ["typing", "saving", "failed", "changed"].includes(this.value.value.state);
  }

  /** The screen goes away: what is not saved yet is saved now. */
  close(): void {
    clearTimeout(this.timer);
    const { state } = this.value.value;
    if (state === "typing" || state === "failed") void this.save();
  }

  private later(milliseconds: number): void {
    if (this.value.value.state === "changed") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), milliseconds);
  }

  private async save(): Promise<void> {
    if (this.saving) return this.later(PAUSE_MS);
    const { text } = this.value.value;
    this.saving = true;
    this.set({ state: "saving" });
    try {
      const kept = await saveNote(this.ask, this.scope, text, this.revision);
      this.revision = kept.revision;
      const all = this.value.value.text === text;
      if (all) forget(this.unsent.name);
      else keep(this.unsent, { text: this.value.value.text, revision: this.revision });
      this.set({ state: all ? "saved" : "typing", savedAt: kept.saved_at });
    } catch (error) {
      this.fail(error);
    } finally {
      this.saving = false;
    }
  }

  private fail(error: unknown): void {
    if (error instanceof ApiError && error.code === "note_changed") {
      this.revision = error.number("revision") ?? this.revision;
      const other = error.extra.text;
      this.set({ state: "changed", other: typeof other === "string" ? other : "" });
      return;
    }
    this.set({ state: "failed" });
    // What the server refuses for its content will not be taken the next time either: a change will be sent.
    if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) this.later(AGAIN_MS);
  }

  private set(change: Partial<NoteValue>): void {
    this.value.value = { ...this.value.value, ...change };
  }
}

const keepers = new Map<string, NoteKeeper>();

/** One keeper a note as long as the page lives: two places that show it never save past each other. A note is its
 * author's alone, also when somebody else signs in on the same page.
 * @param author whose it is, and in which session */
export function keeperOf(author: string, scope: string, ask: Ask): NoteKeeper {
  const name = `${author}/${scope}`;
  const kept = keepers.get(name) ?? new NoteKeeper(ask, scope, author);
  keepers.set(name, kept);
  return kept;
}
