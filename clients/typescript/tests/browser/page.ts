// A browser tab made of jsdom: what the client touches, and how a tab reloads, follows links and shares storage.
import { JSDOM } from "jsdom";
import { vi } from "vitest";

export interface Left {
  url: string;
  form: Record<string, string> | undefined;
}

export class Tab {
  readonly left: Left[] = [];
  dom = new JSDOM("<div id=root></div>", { url: "https://shop.example/" });

  constructor(url = "https://shop.example/") {
    this.open(url);
  }

  navigate = (url: string, form?: Record<string, string>): void => {
    this.left.push({ url, form });
  };

  get address(): string {
    return this.dom.window.location.href;
  }

  /** Load another page in this tab: memory is gone, storage stays. */
  open(url: string): void {
    const before = this.dom.window;
    this.dom = new JSDOM("<div id=root></div>", { url, pretendToBeVisual: true });
    const { window } = this.dom;
    for (const name of ["sessionStorage", "localStorage"] as const)
      for (const [key, value] of Object.entries(before[name])) window[name].setItem(key, value as string);
    const names = [
      "location",
      "history",
      "sessionStorage",
      "localStorage",
      "document",
      "PopStateEvent",
    ] as const;
    for (const name of names) vi.stubGlobal(name, window[name]);
    vi.stubGlobal("window", window);
    vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
    vi.stubGlobal("removeEventListener", window.removeEventListener.bind(window));
    vi.stubGlobal("dispatchEvent", window.dispatchEvent.bind(window));
  }
}
