import court from "./zh-CN/court";
import staff from "./zh-CN/staff";

const messages = { ...staff, ...court };

/** What mediators and courts read besides: a party's phone does not download it. */
export type OfficeMessages = Record<keyof typeof messages, string>;
export default messages;
