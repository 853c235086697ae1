// A barcode scanner types faster than hands and ends with Enter: what it typed on the counter is taken back.
const FASTEST_HAND_MS = 35;
const SHORTEST_CODE = 4;

export class ScannerGuard {
  constructor() {
    this.burst = 0;
    this.counted = 0;
    this.last = -Infinity;
  }

  // Notes a key; ``counted`` is whether it counted a cell.
  note(timeMs, counted) {
    if (timeMs - this.last > FASTEST_HAND_MS) {
      this.burst = 0;
      this.counted = 0;
    }
    this.last = timeMs;
    this.burst += 1;
    this.counted += counted ? 1 : 0;
  }

  // Cells to take back when Enter ends a burst that no hand typed.
  end(timeMs) {
    const isScan = timeMs - this.last <= FASTEST_HAND_MS && this.burst >= SHORTEST_CODE;
    const counted = isScan ? this.counted : 0;
    this.burst = 0;
    this.counted = 0;
    this.last = -Infinity;
    return { isScan, counted };
  }
}
