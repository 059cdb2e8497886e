export type { Instance, Inventory } from './inventory.js';
