/** Tells whoever started the system something, a line or more. */
export type Say = (text: string) => void;
