/** Where is a mail to be read? The address of a Message-ID in the archive of the kernel's lists. */

export const loreAddress = (messageId: string): string =>
  `https://lore.kernel.org/all/${encodeURI(messageId).replace(/[/?#]/g, encodeURIComponent)}/`;

/** A `Link:` line as the kernel's mails have it: whole, however long it is, so that it can be followed. */
export const linkLine = (messageId: string, indent: string): string => `${indent}Link: ${loreAddress(messageId)}`;
