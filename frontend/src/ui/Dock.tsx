import type { ComponentChildren } from "preact";

/** The foot of a party's screen: the one thing to do, in reach of the thumb. */
export function Dock({ stage, children }: { stage?: boolean; children: ComponentChildren }) {
  return <footer class={stage ? "dock dock--stage" : "dock"}>{children}</footer>;
}
