/** What was on the screen already, by name. Lasts as long as the tab. */
import { type Signal, signal } from "@preact/signals";
import { read, write } from "./storage";

const session = () => sessionStorage;

export class Seen {
  private readonly names: Signal<ReadonlySet<string>>;

  /** @param key where the browser keeps it; where that is forbidden, everything counts as new after a reload */
  constructor(private readonly key: string) {
    this.names = signal(remembered(key));
  }

  has(name: string): boolean {
    return this.names.value.has(name);
  }

  mark(names: readonly string[]): void {
    if (names.every((name) => this.has(name))) return;
    this.names.value = new Set([...this.names.value, ...names]);
    write(session, this.key, JSON.stringify([...this.names.value]));
  }
}

function remembered(key: string): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(read(session, key) ?? "[]") as string[]);
  } catch {
    return new Set(); // Something else stands there.
  }
}
