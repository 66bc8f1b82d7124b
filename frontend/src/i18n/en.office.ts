import court from "./en/court";
import staff from "./en/staff";
import type { OfficeMessages } from "./zh-CN.office";

const messages: OfficeMessages = { ...staff, ...court };
export default messages;
