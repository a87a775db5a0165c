/**
 * Puts text on the clipboard, which may still be on its way. To be called within a click or a key
 * press: browsers allow no other moment, so the browser itself waits for the text.
 *
 * @throws when the text does not come, or the browser refuses.
 */
export async function copyText(text: Promise<string>): Promise<void> {
  try {
    const plain = text.then(value => new Blob([value], { type: 'text/plain' }));
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': plain })]);
  } catch {
    // A page over plain http has no such clipboard, and a browser's settings may refuse it.
    copyNow(await text);
  }
}

function copyNow(text: string): void {
  let copied = false;
  const answer = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
    copied = true;
  };
  document.addEventListener('copy', answer, true);
  document.execCommand('copy');
  // At once: a listener left behind would answer somebody's later copy with the token.
  document.removeEventListener('copy', answer, true);
  if (!copied) {
    throw new Error('The browser refused to copy.');
  }
}
