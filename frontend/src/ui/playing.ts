/** Starts what is to be heard or seen. A browser that wants a touch first says so; everything else passes by itself. */

export interface Playable {
  readonly paused: boolean;
  play(): Promise<void>;
}

/** Whether it plays, or will by itself; false: it waits for a touch. A source that was changed meanwhile starts anew. */
export async function starts(one: Playable): Promise<boolean> {
  try {
    await one.play();
    return true;
  } catch (error) {
    return (error as { name?: string } | null)?.name !== "NotAllowedError";
  }
}

/** Whether none of them waits for a touch any more. To be called while a press is handled. */
export async function allStart(all: readonly Playable[]): Promise<boolean> {
  return (await Promise.all(all.map(starts))).every(Boolean);
}

/** Start it now, or else when the page is next touched; the returned function ends the waiting. */
export function startsWhenTouched(one: Playable, page: EventTarget): () => void {
  let over = false;
  const touched = () => void starts(one).then((started) => started && stop());
  const stop = () => {
    over = true;
    for (const kind of TOUCHES) page.removeEventListener(kind, touched);
  };
  void starts(one).then((started) => {
    if (started || over) return;
    for (const kind of TOUCHES) page.addEventListener(kind, touched);
  });
  return stop;
}

/** What browsers count as a person's own act; a finger that comes down is none yet, its lifting is. */
const TOUCHES = ["pointerup", "keydown"] as const;
