/** For tests: the text of a file with each operand that JavaScript decides on handed to what `from` gives as `decides`. */
export function watched(text: string, from: string): Promise<string>;
