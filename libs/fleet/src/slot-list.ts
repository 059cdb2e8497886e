import type { Slot } from './node-rows.js';

/** A list of slots, in half of the memory of a list of numbers: two of them are looked at in every decision. */
export class SlotList {
  private slots = new Int32Array(1);
  private length = 0;

  at(index: number): Slot {
    return this.slots[index] ?? 0;
  }

  insert(index: number, slot: Slot): void {
    if (this.length === this.slots.length) {
      const former = this.slots;
      this.slots = new Int32Array(2 * this.length);
      this.slots.set(former);
    }
    this.slots.copyWithin(index + 1, index, this.length++);
    this.slots[index] = slot;
  }

  remove(index: number): void {
    this.slots.copyWithin(index, index + 1, this.length--);
  }
}
