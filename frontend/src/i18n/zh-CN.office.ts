import court from "./zh-CN/court";
import invitation from "./zh-CN/invitation";
import staff from "./zh-CN/staff";

const messages = { ...invitation, ...staff, ...court };

/** What mediators and courts read besides: a party's phone does not download it. */
export type OfficeMessages = Record<keyof typeof messages, string>;
export default messages;
