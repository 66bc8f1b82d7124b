/** The smallest thing that can be watched: a value and those who want to know when it is another. */

export type Listener<T> = (value: T) => void;
export type Unsubscribe = () => void;

export interface Readable<T> {
  readonly value: T;
  /** Calls back on every change (not at once). */
  subscribe(listener: Listener<T>): Unsubscribe;
}

export class Store<T> implements Readable<T> {
  private current: T;
  private readonly listeners = new Set<Listener<T>>();

  constructor(initial: T) {
    this.current = initial;
  }

  get value(): T {
    return this.current;
  }

  set value(next: T) {
    if (Object.is(next, this.current)) return;
    this.current = next;
    for (const listener of [...this.listeners]) listener(next);
  }

  subscribe(listener: Listener<T>): Unsubscribe {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
