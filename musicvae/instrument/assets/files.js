// The files of the instrument, as seen from the page.

export const address = (path) => new URL(path, document.baseURI).href;

/** Fetch one; says which one is missing. */
export async function file(path) {
  const answer = await fetch(address(path));
  if (!answer.ok) throw new Error(`${path} is missing (${answer.status})`);
  return answer;
}
