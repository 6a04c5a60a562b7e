// A browser for pages of our own, and what must not happen on them.
import { existsSync } from "node:fs";

export const CHROMIUM = "/usr/bin/chromium";
export const missing = !existsSync(CHROMIUM) && "there is no chromium on this machine";

export async function launch(...args) {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", ...args] });
}

// Fills with requests to other hosts, errors of scripts and of the console, and boxes that open. `expected`: what the console may say,
// such as the status that a test provokes.
export function watch(page, home, expected = /503/) {
  const wrong = [];
  page.on("request", (r) => { if (!r.url().startsWith(home) && !/^(data|blob|about):/.test(r.url())) wrong.push(`asked ${r.url()}`); });
  page.on("console", (m) => { if (m.type() === "error" && !expected.test(m.text())) wrong.push(`console: ${m.text()}`); });
  page.on("pageerror", (e) => wrong.push(`error: ${e.message}`));
  page.on("dialog", (d) => { wrong.push(`dialog ${d.message()}`); d.dismiss(); });
  return wrong;
}
