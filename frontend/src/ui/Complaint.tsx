import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";

/** What is wrong with one field, read out as soon as it is said. */
export function Complaint({ id, children }: { id?: string; children: ComponentChildren }) {
  return (
    <p class="error" id={id} role="alert">
      {children && (
        <>
          <Icon name="alert" />
          <span>{children}</span>
        </>
      )}
    </p>
  );
}
