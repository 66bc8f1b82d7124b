import court from "./en/court";
import invitation from "./en/invitation";
import staff from "./en/staff";
import type { OfficeMessages } from "./zh-CN.office";

const messages: OfficeMessages = { ...invitation, ...staff, ...court };
export default messages;
