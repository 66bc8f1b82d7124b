import court from "./zh-CN/court";
import day from "./zh-CN/day";
import invitation from "./zh-CN/invitation";
import signers from "./zh-CN/signers";
import staff from "./zh-CN/staff";

const messages = { ...day, ...invitation, ...signers, ...staff, ...court };

/** What mediators and courts read besides: a party's phone does not download it. */
export type OfficeMessages = Record<keyof typeof messages, string>;
export default messages;
