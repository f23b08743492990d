// Theme: the radios work by style alone; the script only remembers.

import { all, remember, remembered } from "./dom.ts";

const THEME = "heapwright-theme";

function themeRadios(): HTMLInputElement[] {
  return all("input[name=th]", HTMLInputElement);
}

export function startTheme(changed?: () => void): void {
  const kept = remembered(THEME);
  for (const radio of themeRadios()) {
    if (kept === radio.value) radio.checked = true;
    radio.addEventListener("change", () => {
      remember(THEME, radio.value);
      changed?.();
    });
  }
}

export function cycleTheme(): void {
  const radios = themeRadios();
  const at = radios.findIndex((r) => r.checked);
  const next = radios[(at + 1) % radios.length];
  if (next === undefined) return;
  next.checked = true;
  remember(THEME, next.value);
}
