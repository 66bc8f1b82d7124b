import court from "./en/court";
import day from "./en/day";
import invitation from "./en/invitation";
import signers from "./en/signers";
import staff from "./en/staff";
import type { OfficeMessages } from "./zh-CN.office";

const messages: OfficeMessages = { ...day, ...invitation, ...signers, ...staff, ...court };
export default messages;
