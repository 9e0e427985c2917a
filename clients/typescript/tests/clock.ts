import { vi } from "vitest";

/** Put the monotonic clock ahead, without waiting; `vi.restoreAllMocks()` puts it right. */
export function later(seconds: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + seconds * 1000);
}
