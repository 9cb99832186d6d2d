/** Where is a mail to be read? The address of a Message-ID in the archive of the kernel's lists. */
import { WIDTH, wrap } from "./wrap.ts";

export const loreAddress = (messageId: string): string =>
  `https://lore.kernel.org/all/${encodeURI(messageId).replace(/[/?#]/g, encodeURIComponent)}/`;

/**
 * A `Link:` line as the kernel's mails have it. An address that is too long for a line is set in angle brackets and goes
 * on in the next, which RFC 3986 (appendix C) allows in plain text: the Message-ID then stands alone.
 */
export function linkLines(messageId: string, indent: string): readonly string[] {
  const address = loreAddress(messageId);
  const line = `${indent}Link: ${address}`;
  if (line.length <= WIDTH) return [line];
  const end = address.lastIndexOf("/", address.length - 2) + 1;
  return [
    ...wrap(`<${address.slice(0, end)}`, { first: `${indent}Link: `, rest: indent }),
    ...wrap(`${address.slice(end)}>`, { first: indent, rest: indent }),
  ];
}
