/** The processes above this one: npm, or a shell that npm started, and npm. */
export function above(): string;
