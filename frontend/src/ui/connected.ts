/** Whether what a screen shows of the room is as of now: false while the connection is being restored. */
import { createContext } from "preact";

export const Connected = createContext(true);
