import {
  ApiError,
  BadRequest,
  Conflict,
  NotAllowed,
  NotFound,
  RateLimited,
  ServerFault,
  type ServerUnavailable,
  Unauthenticated,
} from "../errors.js";

/** 16 MiB: the largest answer is somebody's export. */
const LARGEST = 16 * 1024 * 1024;

/** Return the JSON of an answer, undefined for an empty one; throws what a refusal is in the error tree. */
export async function read(response: Response): Promise<unknown> {
  const text = await bounded(response);
  if (!response.ok) throw refusal(response, text);
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ServerFault("Expected JSON, got something else.", response.status, about(response));
  }
}

async function bounded(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > LARGEST) {
      await reader.cancel().catch(() => undefined);
      throw new ServerFault(`Expected at most ${LARGEST} bytes.`, response.status, about(response));
    }
    text += decoder.decode(value, { stream: true });
  }
}

function about(response: Response): { requestId: string | undefined; retryAfter: number | undefined } {
  return { requestId: response.headers.get("X-Request-ID") ?? undefined, retryAfter: retryAfter(response) };
}

/** Return the seconds of a Retry-After (RFC 9110 section 10.2.3), as a number or a date. */
export function retryAfter(response: Response): number | undefined {
  const given = response.headers.get("Retry-After")?.trim() ?? "";
  if (/^\d{1,9}$/.test(given)) return Number(given);
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** Of a problem document (RFC 9457) or an OAuth error (RFC 6749 section 5.2). */
function refusal(response: Response, text: string): ApiError | ServerUnavailable {
  const problem = parsed(text);
  const said = (name: string): string => (typeof problem[name] === "string" ? (problem[name] as string) : "");
  const { status } = response;
  const details = { ...about(response), code: said("code") || said("error"), problem };
  details.requestId ??= said("request_id") || undefined;
  const reason = said("detail") || said("error_description") || said("title") || `The answer was ${status}.`;
  return new (kindOf(status))(reason, status, details);
}

function kindOf(status: number): typeof ApiError {
  if (status >= 500) return ServerFault;
  const kinds: Record<number, typeof ApiError> = {
    401: Unauthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    429: RateLimited,
  };
  return kinds[status] ?? ([400, 413, 415, 422].includes(status) ? BadRequest : ApiError);
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // a proxy's page: the status is all there is
  }
  return {};
}
