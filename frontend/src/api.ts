/** Typed requests to the server. Refusals arrive as RFC 9457 problems and leave as `ApiError`. */
import { heardOfBuild } from "./build";
import { hasKey, pick, t } from "./i18n";

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  /** The product's own sentence; null: what answered was not the product. */
  words: { zh: string; en: string } | null;
  /** Extra members of the problem, for example `tries_left`. */
  extra: Record<string, unknown>;
}

/** A refusal by the server (`code` from the problem) or no answer at all (`code` = "network"). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly extra: Record<string, unknown>;
  private readonly words: Problem["words"];

  constructor(problem: Problem) {
    super(problem.detail || problem.title || problem.code);
    this.name = "ApiError";
    this.code = problem.code;
    this.status = problem.status;
    this.extra = problem.extra;
    this.words = problem.words;
  }

  /** A kind sentence in the reader's language: ours, else the server's. */
  get sentence(): string {
    const left = this.number("tries_left");
    if (left !== null && hasKey(`error.${this.code}.left`)) return t(`error.${this.code}.left` as never, { left });
    const key = `error.${this.code}`;
    if (hasKey(key)) return t(key);
    return this.words ? pick(this.words.zh, this.words.en) : t("error.unknown");
  }

  number(name: string): number | null {
    const value = this.extra[name];
    return typeof value === "number" ? value : null;
  }
}

export interface RequestOptions {
  method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON; a `Blob` is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Room token of a party; staff are known by their cookie. */
  token?: string;
  signal?: AbortSignal;
}

const OURS = "urn:mediation-room:problem:";

async function problemOf(response: Response): Promise<Problem> {
  let members: Record<string, unknown> = {};
  try {
    members = (await response.json()) as Record<string, unknown>;
  } catch {
    members = {}; // A proxy's own error page is no problem+json; the status has to do.
  }
  const { code, type, title, detail, ...extra } = members;
  const ours = typeof type === "string" && type.startsWith(OURS);
  return {
    status: response.status,
    code: typeof code === "string" ? code : `http_${response.status}`,
    title: typeof title === "string" ? title : response.statusText,
    detail: typeof detail === "string" ? detail : "",
    words: ours && typeof title === "string" && typeof detail === "string" ? { zh: detail, en: title } : null,
    extra,
  };
}

/** No answer of the product: none at all, one that broke off, or a page that a network puts before every other. */
function unreached(cause: unknown): unknown {
  if (cause instanceof DOMException && cause.name === "AbortError") return cause;
  return new ApiError({ status: 0, code: "network", title: "", detail: String(cause), words: null, extra: {} });
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  const { body } = options;
  if (body instanceof Blob) headers["Content-Type"] = "application/octet-stream";
  else if (body !== undefined) headers["Content-Type"] = "application/json";
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? "GET",
      headers,
      body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
      credentials: "same-origin",
      signal: options.signal,
    });
  } catch (cause) {
    throw unreached(cause);
  }
  heardOfBuild(response.headers);
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response;
}

/** The JSON answer; `undefined` for 204.
 * @throws ApiError */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (cause) {
    throw unreached(cause);
  }
}

/** A file behind the same authorisation, for saving.
 * @throws ApiError */
export async function requestFile(path: string, options: RequestOptions = {}): Promise<Blob> {
  const response = await send(path, options);
  try {
    return await response.blob();
  } catch (cause) {
    throw unreached(cause);
  }
}

// ---- what several roles read -----------------------------------------------------------------------------------

export type SigningMode = "drawn" | "typed";

export interface Signer {
  participant_id: string;
  field: string;
  label_zh: string;
  label_en: string;
  /** Who is bound. */
  name: string;
  /** Who signs for them; null: they do themselves. */
  agent: string | null;
  side: string;
  signed_at: string | null;
  /** How the name was put; null: not signed. */
  mode: SigningMode | null;
}

export interface Window {
  id: string;
  label_zh: string;
  label_en: string;
  safe_last_day: string;
  /** The articles behind it, by name. */
  source_zh: string;
  source_en: string;
}

export interface AgreementView {
  proposal_id: string;
  number: string;
  state: "signing" | "signed" | "in_force" | "void";
  /** Lower-case hex SHA-256 of the frozen text's canonical JSON. */
  digest: string;
  short_code: string;
  frozen_at: string;
  effective_at: string | null;
  signers: Signer[];
  seal: { organisation: string; sealed_at: string | null };
  windows: Window[];
  content?: DocumentNode;
}

/** A node of a ProseMirror document as JSON. */
export interface DocumentNode {
  type: string;
  attrs?: Record<string, unknown>;
  text?: string;
  marks?: { type: string; attrs?: Record<string, unknown> }[];
  content?: DocumentNode[];
}
