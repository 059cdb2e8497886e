/** Injection token of the process's one `Bus`. */
export const BUS = Symbol('bus');
