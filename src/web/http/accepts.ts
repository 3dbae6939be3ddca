/**
 * Does the caller want JSON where a page is to be had, too? Only one that names `application/json`, and not below HTML:
 * a browser names HTML, and `curl` takes anything.
 *
 * @param accept - the header as it came.
 */
export function prefersJson(accept: string | undefined): boolean {
  const json = qualityOf("application/json", accept);
  return json > 0 && json >= qualityOf("text/html", accept);
}

/** How much a media type that is named is wanted, from 0 to 1; 0 if it is not named. */
function qualityOf(type: string, accept = ""): number {
  for (const range of accept.split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    if (name !== type) continue;
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return quality === undefined ? 1 : Number(quality.slice(2)) || 0;
  }
  return 0;
}
