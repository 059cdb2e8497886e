import type { ControlLoop } from '@spillway/scaling';

/** The pure part of the control loop, as the process around it sees it. */
export type Loop = Pick<ControlLoop, 'observe' | 'adopt' | 'step' | 'settle' | 'control'>;

/** Injection token of the process's one `Loop`. */
export const LOOP = Symbol('loop');
