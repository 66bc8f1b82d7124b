/** Whom to call when the page does not help. Kept on the device: it is needed most when the network is away. */
import { signal } from "@preact/signals";
import { request } from "../api";
import { read, write } from "../ui/storage";

const KEY = "contact";

export interface Contact {
  organisation: string;
  /** Empty: none is set. */
  phone: string;
}

export const contact = signal<Contact | null>(kept());

function kept(): Contact | null {
  const [organisation, phone] = (read(() => localStorage, KEY) ?? "").split("\n");
  return organisation && phone ? { organisation, phone } : null;
}

/** Asks once a page is open; without an answer what is known stays. */
export async function learnContact(): Promise<void> {
  try {
    const { organisation, phone } = await request<Contact>("/api/links/contact");
    contact.value = { organisation, phone };
    write(() => localStorage, KEY, phone ? `${organisation}\n${phone}` : null);
  } catch {
    return;
  }
}

/** What a telephone dials: `023-00000000` is `tel:02300000000`. */
export function dialled(phone: string): string {
  return `tel:${phone.replace(/[^+\d]/g, "")}`;
}
