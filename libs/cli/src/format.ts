// Numbers as people read them.

const byteUnits = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `15.7 MB`; units are powers of 1000. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${byteUnits[unit]}`;
}

/** `1.84 s` */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** `7,542,016` */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `7.0 %` */
export function percentText(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

/** `34.1 dB`, or `equal`. */
export function decibelText(decibel: number): string {
  return Number.isFinite(decibel) ? `${decibel.toFixed(1)} dB` : 'equal';
}

/** JSON has no infinity: equal pictures have no finite ratio of signal to noise. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
